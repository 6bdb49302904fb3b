using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Kafka;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Events;

/// <summary>Sends events, some at a time, and knows when all of them are there. Any number of threads; they take turns.</summary>
internal sealed class EventSender(KafkaConnection kafka, Settings settings, Installation installation, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly string _source = "urn:linktracker:" + installation.WorkspaceId;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private KafkaSender? _sender;
    private int _partitions;
    private long _acknowledged;

    /// <summary>Events that are there, since the start.</summary>
    public long Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Returns when all events are with all in-sync replicas. While no broker answers it waits.</summary>
    /// <param name="events">Gone through in this sender's turn, so what makes them need not be safe for several threads.</param>
    /// <exception cref="KafkaFailedException">Some may be there or not: send all of them again.</exception>
    public async Task SendAsync(IEnumerable<CloudEvent> events, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            var sender = _sender ??= await OpenAsync();
            var open = new OpenSends();
            foreach (var one in events)
            {
                await HandOverAsync(sender, one, open, cancellation);
            }

            Interlocked.Add(ref _acknowledged, await open.AllDone().WaitAsync(cancellation));
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

    private async Task<KafkaSender> OpenAsync()
    {
        using var topics = kafka.OpenTopics();
        _partitions = await topics.EnsureAsync(EventsTopic.Topic(settings.KafkaPartitions));
        return kafka.OpenSender();
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
