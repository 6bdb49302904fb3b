using LinkTracker.Contracts.Clicks;
using LinkTracker.Edge.Clicks;
using LinkTracker.Kafka;

namespace LinkTracker.Edge.Tests.Shipping;

/// <summary>
/// What came through Kafka from one edge, taken as an Aggregator takes it: by the positions of each partition. Chains and partitions
/// are checked while it comes.
/// </summary>
internal sealed class ShippedClicks : IDisposable
{
    private readonly ulong _edge;
    private readonly List<KafkaReader> _readers;
    private readonly Dictionary<(int Partition, ulong Epoch), long> _positions = [];
    private readonly Dictionary<(int Partition, ulong Epoch), List<long>> _numbers = [];

    public ShippedClicks(KafkaConnection kafka, int partitions, ulong edge)
    {
        _edge = edge;
        _readers = [.. Enumerable.Range(0, partitions).Select(partition => kafka.OpenReader(ClicksTopic.Name, partition, 0))];
    }

    /// <summary>The numbers of the clicks that count, sorted.</summary>
    public List<long> Numbers => [.. _numbers.Values.SelectMany(numbers => numbers).Order()];

    /// <summary>Clicks that came again and do not count.</summary>
    public int Repeated { get; private set; }

    public List<DamagedRange> Damaged { get; } = [];

    /// <summary>Partitions that had clicks.</summary>
    public int Used => _numbers.Keys.Select(key => key.Partition).Distinct().Count();

    public int Records { get; private set; }

    /// <summary>Reads each partition to its end.</summary>
    public void ReadToEnd()
    {
        for (var partition = 0; partition < _readers.Count; partition++)
        {
            var reader = _readers[partition];
            var end = reader.Bounds(TimeSpan.FromSeconds(30)).End;
            var since = TimeProvider.System.GetTimestamp();
            while (reader.Next < end)
            {
                Assert.True(TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(60), "the broker gives no more records");
                if (reader.Read(TimeSpan.FromSeconds(1)) is { } record)
                {
                    Assert.Null(record.Key);
                    Assert.True(SliceCodec.TryRead(record.Value, partition, out var slice, out var reason), reason);
                    if (slice.Edge == _edge)
                    {
                        Take(slice);
                    }
                }
            }
        }
    }

    public void Dispose() => _readers.ForEach(reader => reader.Dispose());

    private void Take(ClickSlice slice)
    {
        Records++;
        var key = (slice.Partition, slice.Epoch);

        // A chain begins in front of all clicks; a gap in it is loss.
        var covered = _positions.TryGetValue(key, out var position) ? position : 0;
        Assert.InRange(slice.Previous, 0, covered);
        Assert.Equal(slice.Previous, slice.From);
        Assert.True(slice.Payload.Length <= SliceReader.MaxPayload);
        foreach (var entry in slice)
        {
            Assert.True(ClickCodec.TryRead(entry.Click, out var click));
            Assert.Equal(slice.Partition, LinkPartition.Of(click.Token.LinkId, _readers.Count));
            if (entry.Address < covered)
            {
                Repeated++;
            }
            else
            {
                NumbersOf(key).Add(click.OccurredAtMs);
            }
        }

        Assert.True(slice.Damaged.Count == 0 || slice.Partition == 0);
        Damaged.AddRange(slice.Damaged.Where(range => range.To > covered || (range.From == range.To && range.From >= covered)));
        _positions[key] = Math.Max(covered, slice.To);
    }

    private List<long> NumbersOf((int Partition, ulong Epoch) key) => _numbers.TryGetValue(key, out var numbers) ? numbers : _numbers[key] = [];
}
