using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>
/// Which referrers named some people before they came. It is asked when a fact is told, and what it says is kept with the fact: addresses
/// and ids may change or be deleted later, and so may the secret that hashes are keyed by, but not what was evidence.
/// </summary>
internal sealed class ContactBook(ContactHash hashes, ILookup<string, Touch> named)
{
    /// <param name="people">Email address, if it was told, and the shop's id.</param>
    public static ContactBook Load(Session session, ContactHash hashes, IEnumerable<(string? Email, string ExternalId)> people) =>
        new(hashes, ContactStore.Find(session, [.. people.Distinct().SelectMany(one => hashes.Of(one.Email, one.ExternalId)).Distinct()]));

    /// <summary>Who had named the person by then. Who named both the address and the id named one person.</summary>
    public IEnumerable<Touch> Of(string? email, string externalId, long atMs) =>
        hashes.Of(email, externalId).SelectMany(hash => named[hash]).Where(touch => touch.AtMs <= atMs).Distinct().Order(TouchOrder.Instance);
}
