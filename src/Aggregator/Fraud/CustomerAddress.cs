using System.Net;
using System.Net.Sockets;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Fraud.Lists;
using LinkTracker.Contracts.Security;

namespace LinkTracker.Aggregator.Fraud;

/// <summary>Makes of a customer's address what may be kept: a hash that says something on one day only, and whether it is a datacentre's.</summary>
internal sealed class CustomerAddress(InstallationKeys keys, FraudLists lists)
{
    // A household has a network of IPv6, not an address.
    private const int HouseholdBytes = 8;

    /// <summary>The field <c>customerIp</c> of a request; null when it was not sent. The refusal does not repeat it.</summary>
    /// <exception cref="ApiError">422 for what is no address.</exception>
    public static IPAddress? Parse(string? customerIp)
    {
        if (string.IsNullOrWhiteSpace(customerIp))
        {
            return null;
        }

        return IPAddress.TryParse(customerIp.Trim(), out var address) ? address : throw ApiError.Unprocessable("customerIp: must be an IPv4 or IPv6 address.");
    }

    /// <param name="occurredAtMs">When the conversion happened: the hash is of that UTC day.</param>
    public SignalRow? Of(IPAddress? address, long occurredAtMs)
    {
        if (address is null)
        {
            return null;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var bytes = plain.GetAddressBytes();
        var household = plain.AddressFamily == AddressFamily.InterNetworkV6 ? bytes.AsSpan(0, HouseholdBytes) : bytes;
        var day = UtcBuckets.Day(occurredAtMs);

        // The second part keeps it apart from the visitors' hashes, which have the same salt.
        var hash = SipHash.Hash(keys.VisitorSalt(DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(day))), household, "customer address"u8);
        return new SignalRow(day, unchecked((long)hash), lists.DatacentreRanges.Value?.Contains(plain));
    }
}
