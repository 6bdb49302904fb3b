using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>Which referrers named some people before they came.</summary>
internal sealed class ContactBook(ContactHash hashes, ILookup<string, Touch> named)
{
    /// <param name="people">Email address, if it is known, and the shop's id.</param>
    public static ContactBook Load(Session session, ContactHash hashes, IEnumerable<(string? Email, string ExternalId)> people) =>
        new(hashes, ContactStore.Find(session, [.. people.Distinct().SelectMany(one => hashes.Of(one.Email, one.ExternalId)).Distinct()]));

    /// <summary>Who named both the address and the id named one person.</summary>
    public IReadOnlyList<Touch> Of(string? email, string externalId) =>
        [.. hashes.Of(email, externalId).SelectMany(hash => named[hash]).Distinct().Order(TouchOrder.Instance)];
}
