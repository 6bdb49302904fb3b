using System.Text;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Aggregator.Tests.Counting;

/// <summary>One click to be written to a <see cref="TestLog"/>, by default one of a person at a desk.</summary>
public sealed record TestClick
{
    public const string Chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
    public const string Iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";
    public const string Preview = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)";
    public const string Bot = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

    public long Link { get; init; } = 1;

    public ulong Visitor { get; init; } = 1;

    public DateTimeOffset At { get; init; } = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    public bool Head { get; init; }

    public ClickHints Hints { get; init; }

    public string Agent { get; init; } = Chrome;

    public string Referrer { get; init; } = "";

    public string Country { get; init; } = "";

    public string Channel { get; init; } = "";

    public byte[] ToBytes(UInt128 token)
    {
        var click = new ClickRecord
        {
            OccurredAtMs = At.ToUnixTimeMilliseconds(),
            Token = new ClickToken(Link, token),
            VisitorHash = Visitor,
            Method = Head ? ClickMethod.Head : ClickMethod.Get,
            Flags = Hints,
            UserAgent = Encoding.UTF8.GetBytes(Agent),
            Referrer = Encoding.UTF8.GetBytes(Referrer),
            Language = "en-US"u8,
            Country = Encoding.UTF8.GetBytes(Country),
            Channel = Encoding.UTF8.GetBytes(Channel),
        };
        var bytes = new byte[ClickCodec.MaxLength];
        return bytes[..ClickCodec.Write(click, bytes)];
    }
}

/// <summary>A log of an edge as the Aggregator sees it: addresses that grow, cut into slices at will.</summary>
internal sealed class TestLog(ulong edge = 7, ulong epoch = 1, int partition = 0)
{
    // As the log does it: the first entry is not at zero, and each has a header.
    public const long Begin = 64;
    private const int Header = 24;

    private readonly List<(long Address, byte[] Click)> _entries = [];

    public long Tail { get; private set; } = Begin;

    public int Count => _entries.Count;

    public ulong Edge => edge;

    public ulong Epoch => epoch;

    public TestLog Add(params ReadOnlySpan<TestClick> clicks)
    {
        foreach (var click in clicks)
        {
            AddBytes(click.ToBytes((UInt128)(ulong)(_entries.Count + 1)));
        }

        return this;
    }

    public TestLog AddBytes(byte[] bytes)
    {
        _entries.Add((Tail, bytes));
        Tail += (bytes.Length + Header + 3) & ~3;
        return this;
    }

    public string TokenOf(int index) => ClickCodec.TryRead(_entries[index].Click, out var click) ? click.Token.ToString() : "";

    public ClickSlice Whole() => Slice(0, _entries.Count);

    /// <summary>The entries from the first to before the second number.</summary>
    public ClickSlice Slice(int first, int end, long? previous = null, params DamagedRange[] damaged)
    {
        var payload = new MemoryStream();
        var buffer = new byte[ClickSlice.EntryHeader + ushort.MaxValue];
        for (var i = first; i < end; i++)
        {
            payload.Write(buffer, 0, ClickSlice.Append(buffer, _entries[i].Address, _entries[i].Click));
        }

        var from = AddressOf(first);
        return new ClickSlice
        {
            Partition = partition,
            Edge = edge,
            Epoch = epoch,
            From = from,
            To = AddressOf(end),
            Previous = previous ?? from,
            Count = end - first,
            Payload = payload.ToArray(),
            Damaged = damaged,
        };
    }

    /// <summary>All entries, cut at the given numbers.</summary>
    public IEnumerable<ClickSlice> Cut(IEnumerable<int> cuts)
    {
        var first = 0;
        foreach (var end in cuts.Where(cut => cut > 0 && cut < Count).Distinct().Order().Append(Count))
        {
            yield return Slice(first, end);
            first = end;
        }
    }

    private long AddressOf(int index) => index < _entries.Count ? _entries[index].Address : Tail;
}
