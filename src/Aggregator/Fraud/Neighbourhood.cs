using LinkTracker.Aggregator.Fraud.Lists;

namespace LinkTracker.Aggregator.Fraud;

/// <summary>What the rules see around the conversions that they judge.</summary>
internal sealed record Neighbourhood
{
    private static readonly ILookup<DayHash, Sharer> Nobody = Array.Empty<(DayHash, Sharer)>().ToLookup(pair => pair.Item1, pair => pair.Item2);

    /// <summary>When each referrer's leads in each program happened, Unix milliseconds, the oldest first.</summary>
    public IReadOnlyDictionary<(long Program, long Partner), IReadOnlyList<long>> Leads { get; init; } = new Dictionary<(long, long), IReadOnlyList<long>>();

    /// <summary>Whose conversions the visitor's clicks led to.</summary>
    public ILookup<DayHash, Sharer> Visitors { get; init; } = Nobody;

    /// <summary>Whose conversions came from the address.</summary>
    public ILookup<DayHash, Sharer> Addresses { get; init; } = Nobody;

    public PartnerRates Rates { get; init; } = PartnerRates.None;

    /// <summary>Domains of throw-away mailboxes; null while the list cannot be read.</summary>
    public DomainSet? DisposableDomains { get; init; }

    /// <summary>Hosts of pages that collect codes; null while the list cannot be read.</summary>
    public DomainSet? CouponSites { get; init; }
}

/// <summary>A customer behind a hash, and the referrer who is credited for it.</summary>
internal sealed record Sharer(long PartnerId, Person Customer);
