using System.Buffers.Text;
using System.Net;
using System.Text;

namespace LinkTracker.Edge.Redirects;

/// <summary>
/// An address as the bytes that go into the visitor hash: 4 for IPv4 however it is spelled, 16 for IPv6, none when it is unknown.
/// </summary>
internal static class VisitorAddress
{
    public const int MaxLength = 16;

    private const int Ipv4Length = 4;

    /// <summary>Writes the address and returns the number of bytes.</summary>
    public static int Write(IPAddress? address, Span<byte> destination)
    {
        // An IPv4 address is one visitor, however the socket spells it.
        var plain = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        return plain is not null && plain.TryWriteBytes(destination, out var length) ? length : 0;
    }

    /// <summary>
    /// Writes the address that the trusted proxy added and returns the number of bytes: the last entry, because those before it are
    /// the visitor's own words. 0 when that is no address.
    /// </summary>
    public static int WriteLast(ReadOnlySpan<byte> forwardedFor, Span<byte> destination)
    {
        var entry = forwardedFor[(forwardedFor.LastIndexOf((byte)',') + 1)..].Trim(" \t"u8);

        // Nearly all are IPv4, and the library's parser would allocate for each click; it would also take "203.113" for one.
        var colon = entry.IndexOf((byte)':');
        if (colon < 0 || colon == entry.LastIndexOf((byte)':'))
        {
            return TryWriteIpv4(colon < 0 ? entry : entry[..colon], destination) ? Ipv4Length : 0;
        }

        return IPEndPoint.TryParse(Encoding.Latin1.GetString(entry), out var endPoint) ? Write(endPoint.Address, destination) : 0;
    }

    private static bool TryWriteIpv4(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        for (var i = 0; i < Ipv4Length; i++)
        {
            // A leading zero makes an octal number of it to some; the library decides what it is.
            if (text.Length > 1 && text[0] == '0' && text[1] != '.' || !Utf8Parser.TryParse(text, out destination[i], out var read))
            {
                return false;
            }

            text = text[read..];
            if (i < Ipv4Length - 1)
            {
                if (text.IsEmpty || text[0] != '.')
                {
                    return false;
                }

                text = text[1..];
            }
        }

        return text.IsEmpty;
    }
}
