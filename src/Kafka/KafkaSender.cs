using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace LinkTracker.Kafka;

/// <summary>How the sending of a record ended.</summary>
/// <param name="Offset">Where it stands; -1 when it failed.</param>
/// <param name="Failure">Null: it is with all in-sync replicas. Otherwise it may be there or not.</param>
public readonly record struct SendOutcome(long Offset, KafkaFailedException? Failure);

/// <summary>
/// Sends records, in order within a partition. After a failure the order is lost: dispose of this sender, open another, and
/// send again from what was acknowledged.
/// </summary>
public sealed class KafkaSender : IDisposable
{
    private readonly IProducer<byte[]?, byte[]> _producer;
    private readonly FirstRecords? _first;
    private readonly ILogger _logger;
    private volatile KafkaFailedException? _failure;

    /// <param name="first">Null: the sender's transactions keep its records together.</param>
    internal KafkaSender(ProducerConfig config, FirstRecords? first, ILogger logger)
    {
        _first = first;
        _logger = logger;
        _producer = new ProducerBuilder<byte[]?, byte[]>(config)
            .SetErrorHandler((_, error) => Note(error, logger))
            .SetLogHandler((_, message) => Log.Native(logger, message))
            .Build();
    }

    /// <summary>Why this sender can send no more; null while it can.</summary>
    public Exception? Failure => _failure;

    /// <summary>Hands a record over.</summary>
    /// <param name="key">What compaction keeps the newest record of; null in topics without it.</param>
    /// <param name="value">Not to be changed until it is done.</param>
    /// <param name="done">Called once, on another thread, in order within a partition.</param>
    /// <param name="headers">Only for a partition that is there: with another, some versions of the native library free them twice.</param>
    /// <returns>
    /// False: there is no room until some of what was handed over is done. Of one partition, nothing is taken while its first record is not.
    /// </returns>
    /// <exception cref="KafkaFailedException">The record cannot be sent by this sender.</exception>
    public bool TrySend(string topic, int partition, byte[]? key, byte[] value, Action<SendOutcome> done, IEnumerable<KeyValuePair<string, byte[]>>? headers = null)
    {
        if (_failure is { } failure)
        {
            throw failure;
        }

        if (_first?.TryEnter(topic, partition) == false)
        {
            return false;
        }

        try
        {
            var message = new Message<byte[]?, byte[]> { Key = key, Value = value, Headers = headers is null ? null : HeadersOf(headers) };
            _producer.Produce(new TopicPartition(topic, partition), message, report => End(report, done));
            return true;
        }
        catch (KafkaException exception)
        {
            _first?.Leave(topic, partition, isAcknowledged: false);
            return exception.Error.Code == ErrorCode.Local_QueueFull ? false : throw new KafkaFailedException(exception.Error.Reason, exception);
        }
    }

    /// <summary>For a sender with a transactional id: shuts out older ones of that id, and ends what they left open.</summary>
    /// <exception cref="KafkaFailedException">It did not succeed in that time.</exception>
    public void InitTransactions(TimeSpan limit) => Run(() => _producer.InitTransactions(limit));

    /// <exception cref="KafkaFailedException">This sender was shut out, or has failed.</exception>
    public void BeginTransaction() => Run(_producer.BeginTransaction);

    /// <summary>Returns when everything sent since the beginning is there for readers.</summary>
    /// <exception cref="KafkaFailedException">It may be there or not.</exception>
    public void CommitTransaction(TimeSpan limit) => Run(() => _producer.CommitTransaction(limit));

    /// <summary>Waits until everything handed over is done.</summary>
    /// <returns>Whether it was done in that time.</returns>
    public bool TryFlush(TimeSpan limit) => _producer.Flush(limit) == 0;

    /// <summary>What was handed over and is not done is dropped, and nobody is told.</summary>
    public void Dispose() => ClientEnd.Of(_producer, _logger);

    private static Headers HeadersOf(IEnumerable<KeyValuePair<string, byte[]>> pairs)
    {
        var headers = new Headers();
        foreach (var (name, value) in pairs)
        {
            headers.Add(name, value);
        }

        return headers;
    }

    private void End(DeliveryReport<byte[]?, byte[]> report, Action<SendOutcome> done)
    {
        var outcome = Outcome(report);
        if (_first is not null)
        {
            // In this order, or one behind a refused record could slip in.
            _failure ??= outcome.Failure;
            _first.Leave(report.Topic, report.Partition.Value, isAcknowledged: outcome.Failure is null);
        }

        done(outcome);
    }

    private static SendOutcome Outcome(DeliveryReport<byte[]?, byte[]> report) => report.Error.IsError
        ? new SendOutcome(-1, new KafkaFailedException(report.Error.Reason, null))
        : new SendOutcome(report.Offset.Value, null);

    private static void Run(Action step)
    {
        try
        {
            step();
        }
        catch (KafkaException exception)
        {
            throw new KafkaFailedException(exception.Error.Reason, exception);
        }
    }

    // Lost connections and the like pass; the client goes on by itself.
    private void Note(Error error, ILogger logger)
    {
        if (error.IsFatal)
        {
            _failure = new KafkaFailedException(error.Reason, null);
        }

        Log.ClientError(logger, error.IsFatal, error.Reason);
    }
}
