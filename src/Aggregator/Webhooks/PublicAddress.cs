using System.Net;
using System.Net.Sockets;

namespace LinkTracker.Aggregator.Webhooks;

/// <summary>Which addresses are somebody on the internet, and not loopback, a private network or the services of a cloud. This machine's own public address is public like any other.</summary>
internal static class PublicAddress
{
    // IANA's special-purpose registry, multicast, and the address of Azure's own services, which is a public one by its looks.
    private static readonly IPNetwork[] NotPublic4 = Networks(
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 "
        + "198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4");

    // Of IPv6 only global unicast is public, without what leads back to IPv4 (Teredo, 6to4) or is documentation.
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork[] NotPublic6 = Networks("2001::/23 2001:db8::/32 2002::/16 3fff::/20");

    public static bool Is(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return Is(address.MapToIPv4());
        }

        return address.AddressFamily == AddressFamily.InterNetwork
            ? !NotPublic4.Any(network => network.Contains(address))
            : GlobalUnicast.Contains(address) && !NotPublic6.Any(network => network.Contains(address));
    }

    private static IPNetwork[] Networks(string text) => [.. text.Split(' ').Select(IPNetwork.Parse)];
}
