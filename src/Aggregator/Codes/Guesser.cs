using System.Net;
using System.Text;

namespace LinkTracker.Aggregator.Codes;

/// <summary>Who asks for codes: the network it comes from, and the API key that it has.</summary>
/// <param name="Network">The first 3 bytes of an IPv4 address, 6 of an IPv6 address; none when it is unknown.</param>
internal readonly record struct Guesser(byte[] Network, byte[] ApiKey)
{
    private const int Ipv4Bytes = 3;
    private const int Ipv6Bytes = 6;

    /// <param name="addressHeader">Of a trusted proxy, whose last entry is the address; null: the connection's own.</param>
    public static Guesser Of(HttpContext context, string? addressHeader) => new(
        NetworkOf(addressHeader is null ? context.Connection.RemoteIpAddress : LastOf(context.Request.Headers[addressHeader].ToString())),
        Encoding.UTF8.GetBytes(context.Request.Headers.Authorization.ToString()));

    private static byte[] NetworkOf(IPAddress? address)
    {
        // An IPv4 address is one, however the socket spells it.
        var bytes = (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.GetAddressBytes() ?? [];
        return bytes.Length == 0 ? [] : bytes[..(bytes.Length == 4 ? Ipv4Bytes : Ipv6Bytes)];
    }

    // Those before the last are the visitor's own words.
    private static IPAddress? LastOf(string header) =>
        IPEndPoint.TryParse(header[(header.LastIndexOf(',') + 1)..].Trim(), out var end) ? end.Address : null;
}
