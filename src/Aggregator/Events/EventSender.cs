using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Kafka;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Events;

/// <summary>Sends events, some at a time, and knows when all of them are there. Any number of threads; they take turns.</summary>
internal sealed class EventSender(KafkaConnection kafka, Settings settings, Installation installation, TimeProvider clock) : IDisposable
{
    // Fewer than a sender has room for; so many are acknowledged within the limit, or the brokers are too slow to wait for.
    private const int MostOpen = 5_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly string _source = "urn:linktracker:" + installation.WorkspaceId;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private KafkaSender? _sender;
    private int _partitions;
    private long _acknowledged;

    /// <summary>Events that are there, since the start.</summary>
    public long Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Returns when all events are with all in-sync replicas.</summary>
    /// <param name="events">Gone through in this sender's turn, so what makes them need not be safe for several threads.</param>
    /// <exception cref="KafkaFailedException">Brokers refused, or acknowledged nothing for ten seconds. Some may be there or not: send all of them again.</exception>
    public async Task SendAsync(IEnumerable<CloudEvent> events, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            var sender = _sender ??= await OpenAsync(cancellation);
            foreach (var some in events.Chunk(MostOpen))
            {
                Interlocked.Add(ref _acknowledged, await SendSomeAsync(sender, some, cancellation));
            }
        }
        catch
        {
            // Order and repeats are this sender's to keep, and it failed.
            _sender?.Dispose();
            _sender = null;
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _sender?.Dispose();
        _turn.Dispose();
    }

    private async Task<KafkaSender> OpenAsync(CancellationToken cancellation)
    {
        using var topics = kafka.OpenTopics();
        _partitions = await topics.EnsureAsync(EventsTopic.Topic(settings.KafkaPartitions)).WaitAsync(cancellation);
        return kafka.OpenSender();
    }

    private async Task<int> SendSomeAsync(KafkaSender sender, CloudEvent[] events, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            var open = new OpenSends();
            foreach (var one in events)
            {
                await HandOverAsync(sender, one, open, either.Token);
            }

            return await open.AllDone().WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new KafkaFailedException($"{events.Length} events were not acknowledged in {Limit.TotalSeconds} s", null);
        }
    }

    private async Task HandOverAsync(KafkaSender sender, CloudEvent one, OpenSends open, CancellationToken cancellation)
    {
        var partition = LinkPartition.Of(one.LinkId ?? 0, _partitions);
        open.Begin();
        while (!sender.TrySend(EventsTopic.Name, partition, one.Key, one.Data, open.End, one.Headers(_source)))
        {
            await Task.Delay(Pause, clock, cancellation);
        }
    }
}
