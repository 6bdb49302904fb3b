using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Links;
using LinkTracker.Kafka;

namespace LinkTracker.Aggregator.Links;

/// <summary>
/// Puts changes of links into the topic, from its beginning until anything fails:
/// <code>
///   1  the topic                 made when it is missing; one that does not keep every place is refused
///   2  shut out who was before   a frozen publisher that wakes up can commit nothing any more
///   3  compare                   the topic's last record with what the database remembers: go on, or begin a new edition
///   4  publish                   each batch in one transaction, then the counter; once everything is there, that the edition is whole
/// </code>
/// A failure between the two commits of step 4 publishes the batch twice, which changes nothing for who reads it.
/// </summary>
internal sealed class LinkPublication : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    // A look takes some ten round trips, which may be slow ones.
    private static readonly TimeSpan LookLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    private readonly KafkaConnection _kafka;
    private readonly Database _database;
    private readonly TimeProvider _clock;
    private readonly KafkaSender _sender;
    private LinkEdition _edition;
    private bool _isWhole;
    private long _end;
    private long _lookedAt;

    private LinkPublication(KafkaConnection kafka, Database database, TimeProvider clock)
    {
        (_kafka, _database, _clock) = (kafka, database, clock);
        _sender = kafka.OpenSender(LinksTopic.TransactionalId);
    }

    /// <summary>The version of the newest change that is in the topic.</summary>
    public long Published => _edition.Published;

    /// <exception cref="KafkaFailedException">Kafka does not do what it must.</exception>
    /// <exception cref="StoreUnavailableException">The database does not answer.</exception>
    public static async Task<LinkPublication> OpenAsync(KafkaConnection kafka, Database database, EntityId ids, TimeProvider clock, CancellationToken cancellation)
    {
        // :: 1
        await CheckTopicAsync(kafka);
        var publication = new LinkPublication(kafka, database, clock);
        try
        {
            await publication.StartAsync(ids, cancellation);
            return publication;
        }
        catch
        {
            publication.Dispose();
            throw;
        }
    }

    /// <summary>Returns when the batch is there for Edges, and remembered.</summary>
    /// <exception cref="KafkaFailedException">It may be there or not, or the topic was made anew: open another publication.</exception>
    /// <exception cref="StoreUnavailableException">The batch is there, but not remembered: open another publication.</exception>
    public async Task PublishAsync(LinkBatch batch, CancellationToken cancellation)
    {
        // :: 4
        if (batch.Changes.Count > 0)
        {
            Send(batch.Changes.Select(change => new LinkMessage(_edition.Id, change)));
            _edition = await _database.WriteAsync(session => _edition.Move(session, batch.Changes[^1].Version), cancellation)
                ?? throw AnotherPublishes();
        }

        if (batch.CaughtUp && !_isWhole)
        {
            Send([LinkMessage.Whole(_edition.Id, _edition.Published)]);
            _isWhole = true;
        }

        LookIfDue();
    }

    public void Dispose() => _sender.Dispose();

    private static async Task CheckTopicAsync(KafkaConnection kafka)
    {
        using var topics = kafka.OpenTopics();
        if (await topics.EnsureAsync(LinksTopic.Topic) is > 1 and var partitions)
        {
            throw new KafkaFailedException($"the topic {LinksTopic.Name} has {partitions} partitions, but changes have one order: delete it, and it is made anew", null);
        }

        if (await topics.SettingAsync(LinksTopic.Name, LinksTopic.CleanupSetting) is not LinksTopic.Cleanup and var policy)
        {
            throw new KafkaFailedException(
                $"the topic {LinksTopic.Name} has {LinksTopic.CleanupSetting}={policy}, which deletes links that are there: set it to {LinksTopic.Cleanup}", null);
        }
    }

    private async Task StartAsync(EntityId ids, CancellationToken cancellation)
    {
        // :: 2
        _sender.InitTransactions(StartLimit);

        // :: 3
        // In this order: another that publishes meanwhile moves the counter behind the topic's end that is seen here.
        var stored = _database.Read(LinkEdition.Read);
        var tail = LinksTopic.ReadTail(_kafka, LookLimit, _clock);
        (_end, _lookedAt) = (tail.End, _clock.GetTimestamp());
        _edition = await _database.WriteAsync(
            session => LinkEdition.Read(session) == stored ? LinkEdition.GoOnOrBegin(session, tail.Last, ids) : throw AnotherPublishes(), cancellation);
    }

    private static InvalidOperationException AnotherPublishes() => new("Another process publishes links as well.");

    private void Send(IEnumerable<LinkMessage> messages)
    {
        var (first, last, failure) = (-1L, -1L, (Exception?)null);
        _sender.BeginTransaction();
        foreach (var message in messages)
        {
            HandOver(message, outcome =>
            {
                first = first < 0 ? outcome.Offset : first;
                last = outcome.Offset;
                failure ??= outcome.Failure;
            });
        }

        if (!_sender.TryFlush(Limit) || failure is not null)
        {
            throw new KafkaFailedException("changes of links were not taken in time", failure);
        }

        // Not committed, so that nothing of it is ever seen: to a topic made anew, these few are not all that belongs there.
        if (first < _end)
        {
            throw new KafkaFailedException($"the topic {LinksTopic.Name} was made anew", null);
        }

        _sender.CommitTransaction(Limit);
        _end = last + 1;
    }

    private void HandOver(LinkMessage message, Action<SendOutcome> done)
    {
        var (key, value) = (LinkChangeCodec.EncodeKey(message), LinkChangeCodec.EncodeValue(message));
        var since = _clock.GetTimestamp();
        while (!_sender.TrySend(LinksTopic.Name, LinksTopic.Partition, key, value, done))
        {
            _ = _sender.TryFlush(TimeSpan.FromMilliseconds(100));
            if (_clock.GetElapsedTime(since) > Limit)
            {
                throw new KafkaFailedException("there was no room for changes of links in time", null);
            }
        }
    }

    /// <summary>A topic that is made anew while nothing changes would stay empty.</summary>
    private void LookIfDue()
    {
        if (_clock.GetElapsedTime(_lookedAt) < LookInterval)
        {
            return;
        }

        var last = LinksTopic.ReadTail(_kafka, LookLimit, _clock).Last;
        if (last?.Edition != _edition.Id || last.Value.Change.Version != _edition.Published)
        {
            throw new KafkaFailedException($"the topic {LinksTopic.Name} does not end with what was published last", null);
        }

        _lookedAt = _clock.GetTimestamp();
    }
}
