using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>
/// Which referrers named some people before they came. It is asked when a fact is told, and what it says is kept with the fact: addresses
/// and ids may change or be deleted later, and so may the secret that hashes are keyed by, but not what was evidence.
/// </summary>
internal sealed class ContactBook
{
    private readonly Dictionary<(string? Email, string ExternalId), IReadOnlyList<string>> _hashes;
    private readonly Lazy<ILookup<string, Touch>> _named;

    private ContactBook(Dictionary<(string? Email, string ExternalId), IReadOnlyList<string>> hashes, Lazy<ILookup<string, Touch>> named) => (_hashes, _named) = (hashes, named);

    /// <param name="people">Email address, if it was told, and the shop's id.</param>
    public static ContactBook Ask(Session session, ContactHash hashes, IReadOnlyCollection<(string? Email, string ExternalId)> people)
    {
        var known = people.ToDictionary(one => one, one => hashes.Of(one.Email, one.ExternalId));
        return new ContactBook(known, ContactStore.Ask(session, [.. known.Values.SelectMany(some => some).Distinct()]));
    }

    /// <summary>Who had named the person, one of those it was asked for, by then. Who named both the address and the id named one person.</summary>
    public IEnumerable<Touch> Of(string? email, string externalId, long atMs) =>
        _hashes[(email, externalId)].SelectMany(hash => _named.Value[hash]).Where(touch => touch.AtMs <= atMs).Distinct().Order(TouchOrder.Instance);
}
