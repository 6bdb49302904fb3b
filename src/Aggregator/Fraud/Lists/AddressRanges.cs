using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LinkTracker.Aggregator.Fraud.Lists;

/// <summary>Ranges of addresses. IPv4 stands among IPv6 as its mapped form, so there is one order of all.</summary>
internal sealed class AddressRanges
{
    private const int Bits = 128;
    private const int MappedBits = 96;

    // Disjoint, in order.
    private readonly UInt128[] _firsts;
    private readonly UInt128[] _lasts;

    private AddressRanges(IReadOnlyList<(UInt128 First, UInt128 Last)> ranges) =>
        (_firsts, _lasts) = ([.. ranges.Select(range => range.First)], [.. ranges.Select(range => range.Last)]);

    /// <param name="lines">CIDR, such as <c>203.0.113.0/24</c> or <c>2001:db8::/32</c>, or single addresses.</param>
    /// <exception cref="FormatException">A line is no range; tells its number.</exception>
    public static AddressRanges Parse(IEnumerable<ListLine> lines)
    {
        var merged = new List<(UInt128 First, UInt128 Last)>();
        foreach (var range in lines.Select(Parse).OrderBy(range => range.First))
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last)
            {
                merged[^1] = (merged[^1].First, UInt128.Max(merged[^1].Last, range.Last));
            }
            else
            {
                merged.Add(range);
            }
        }

        return new AddressRanges(merged);
    }

    public bool Contains(IPAddress address)
    {
        var number = NumberOf(address);
        var place = Array.BinarySearch(_firsts, number);

        // Between two: the range that begins before it.
        var range = place >= 0 ? place : ~place - 1;
        return range >= 0 && number <= _lasts[range];
    }

    private static (UInt128 First, UInt128 Last) Parse(ListLine line)
    {
        var slash = line.Text.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? line.Text : line.Text[..slash], out var address))
        {
            throw line.Wrong("a range such as 203.0.113.0/24");
        }

        var added = address.AddressFamily == AddressFamily.InterNetwork ? MappedBits : 0;
        var bits = Bits - added;
        if (slash >= 0 && !int.TryParse(line.Text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out bits) || bits > Bits - added)
        {
            throw line.Wrong("a range such as 203.0.113.0/24");
        }

        // Shifting by all bits would shift by none.
        var hosts = bits + added == 0 ? UInt128.MaxValue : (UInt128.One << (Bits - bits - added)) - 1;
        var first = NumberOf(address) & ~hosts;
        return (first, first | hosts);
    }

    private static UInt128 NumberOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[Bits / 8];
        address.MapToIPv6().TryWriteBytes(bytes, out _);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
