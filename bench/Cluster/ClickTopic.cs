using LinkTracker.Aggregator.Counting.Partitions;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Edge.Clicks;
using LinkTracker.Edge.Shipping;
using LinkTracker.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Cluster;

/// <summary>The topic of clicks of one broker, filled with slices as an Edge sends them.</summary>
internal sealed class ClickTopic
{
    public const int Partitions = 4;

    private const ulong Edge = 1;
    private const ulong Epoch = 1;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly KafkaConnection _kafka;
    private readonly long[] _ends = new long[Partitions];
    private long _failed;

    private ClickTopic(KafkaBroker broker)
    {
        Servers = broker.BootstrapServers;
        _kafka = new KafkaConnection(Servers, NullLoggerFactory.Instance);
    }

    public string Servers { get; }

    /// <summary>For each partition, the offset behind its last record.</summary>
    public IReadOnlyList<long> Ends => _ends;

    public static async Task<ClickTopic> FillAsync(KafkaBroker broker, ClickMix mix)
    {
        var topic = new ClickTopic(broker);
        using var topics = topic._kafka.OpenTopics();
        await ClicksTopic.EnsureAsync(topics, Partitions);
        using var sender = topic._kafka.OpenSender();
        var (sorter, chain) = (new SliceSorter(Partitions), new long[Partitions]);
        foreach (var slice in SlicesOf(mix))
        {
            sorter.Sort(slice, chain).ForEach(part => topic.Send(sender, part));
        }

        Demand.Holds(sender.TryFlush(Limit) && topic._failed == 0, "Kafka did not take every slice");
        return topic;
    }

    /// <summary>Reads every slice, each partition on a thread of its own, as counting does.</summary>
    /// <param name="beginPartition">Makes for each partition what is to be done with its slices.</param>
    public Task ReadAsync(Func<int, Action<ClickSlice>> beginPartition) => Task.WhenAll(Enumerable.Range(0, Partitions).Select(partition =>
        Task.Factory.StartNew(() => Read(partition, beginPartition(partition)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

    private void Read(int partition, Action<ClickSlice> work)
    {
        using var records = new ClickRecords(_kafka, partition, start: default);
        var since = TimeProvider.System.GetTimestamp();
        while (records.Next < _ends[partition])
        {
            // Null stands for the end of what the client has fetched, too.
            if (records.Read(Limit) is { } record)
            {
                work(record.Slice ?? throw new InvalidOperationException($"a slice was refused: {record.Refused!.Reason}"));
                since = TimeProvider.System.GetTimestamp();
            }

            Demand.Holds(TimeProvider.System.GetElapsedTime(since) < Limit, $"nothing came from partition {partition} for {Limit}");
        }
    }

    private void Send(KafkaSender sender, ClickSlice slice)
    {
        var record = SliceCodec.Write(slice);
        while (!sender.TrySend(ClicksTopic.Name, slice.Partition, key: null, record, outcome => Note(outcome)))
        {
            Demand.Holds(sender.TryFlush(Limit), "Kafka takes no more slices");
        }

        _ends[slice.Partition]++;
    }

    private void Note(SendOutcome outcome)
    {
        if (outcome.Failure is not null)
        {
            Interlocked.Increment(ref _failed);
        }
    }

    // As a SliceReader cuts them from a log that has a backlog.
    private static IEnumerable<ClickSlice> SlicesOf(ClickMix mix)
    {
        var (from, left) = (0L, mix.Clicks);
        while (left > 0)
        {
            var (payload, length, count, to) = (new byte[SliceReader.MaxPayload], 0, 0, from);
            while (left > 0 && length <= SliceReader.MaxPayload - ClickSlice.EntryHeader - ClickCodec.MaxLength)
            {
                var entry = Append(payload.AsSpan(length), to, mix);
                (length, to, count, left) = (length + entry, to + entry, count + 1, left - 1);
            }

            yield return new ClickSlice
            {
                Partition = 0,
                Edge = Edge,
                Epoch = Epoch,
                From = from,
                To = to,
                Previous = from,
                Count = count,
                Payload = payload.AsMemory(0, length),
            };
            from = to;
        }
    }

    private static int Append(Span<byte> destination, long address, ClickMix mix)
    {
        Span<byte> click = stackalloc byte[ClickCodec.MaxLength];
        return ClickSlice.Append(destination, address, click[..ClickCodec.Write(mix.Next(), click)]);
    }
}
