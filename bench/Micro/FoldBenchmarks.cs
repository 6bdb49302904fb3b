using System.Text;
using BenchmarkDotNet.Attributes;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Counting.UserAgents;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Micro;

/// <summary>
/// Turning a slice of clicks, spread over many links, into deltas. Baseline: merely reading every click of the slice.
/// </summary>
[MemoryDiagnoser]
public class FoldBenchmarks
{
    private const int Clicks = 10_000;

    private readonly ClickClassifier _classifier = new(BotRules.Embedded);
    private ClickSlice _slice = null!;

    [Params(100, 10_000)]
    public int Links { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        var payload = new byte[Clicks * (ClickSlice.EntryHeader + ClickCodec.MaxLength)];
        var used = 0;
        var bytes = new byte[ClickCodec.MaxLength];
        for (var i = 0; i < Clicks; i++)
        {
            var click = new ClickRecord
            {
                OccurredAtMs = ClickIdentity.EpochMs + i,
                Token = new ClickToken(random.Next(1, Links + 1), (ulong)i),
                VisitorHash = (ulong)random.NextInt64(),
                UserAgent = Encoding.ASCII.GetBytes(
                    $"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{100 + random.Next(40)}.0.0.0 Safari/537.36"),
                Country = "DE"u8,
                Language = "de-DE"u8,
            };
            used += ClickSlice.Append(payload.AsSpan(used), 64 + (i * 200L), bytes.AsSpan(0, ClickCodec.Write(click, bytes)));
        }

        _slice = new ClickSlice
        {
            Partition = 0,
            Edge = 1,
            Epoch = 1,
            From = 64,
            To = 64 + (Clicks * 200L),
            Previous = 64,
            Count = Clicks,
            Payload = payload.AsMemory(0, used),
        };
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Clicks)]
    public long Read()
    {
        var sum = 0L;
        foreach (var entry in _slice)
        {
            if (ClickCodec.TryRead(entry.Click, out var click))
            {
                sum += click.Token.LinkId;
            }
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Clicks)]
    public int Fold()
    {
        var fold = new ClickFold(_classifier, new VisitorDays((_, _) => { }), new Dictionary<LogKey, LogProgress>());
        fold.Add(_slice);
        return fold.Batch.Hours.Count;
    }
}
