namespace LinkTracker.Year.Wire;

/// <summary>What the product calls the things of a year.</summary>
/// <param name="Programs">Ids, by the program's index.</param>
/// <param name="Partners">Ids, by the referrer's index.</param>
/// <param name="Links">Ids, by the link's index.</param>
internal sealed record Identities(IReadOnlyList<string> Programs, IReadOnlyList<string> Partners, IReadOnlyList<string> Links)
{
    // Crockford's alphabet, in the order of its values.
    private const string Digits = "0123456789abcdefghjkmnpqrstvwxyz";

    private readonly Dictionary<string, int> _referrers = Partners.Index().ToDictionary(partner => partner.Item, partner => partner.Index);

    /// <summary>The index of the referrer who is this partner.</summary>
    public int ReferrerOf(string partner) => _referrers[partner];

    /// <summary>The number behind a link's id: what a click's token carries.</summary>
    public long LinkNumber(int link) => Links[link].Split('_')[1].Aggregate(0L, (number, digit) => (number << 5) | (uint)Digits.IndexOf(digit, StringComparison.Ordinal));
}
