namespace LinkTracker.Aggregator.Fraud;

/// <summary>How often what each referrer brings goes one step further, beside all others of its program.</summary>
internal sealed class PartnerRates(IEnumerable<PartnerRate> rates)
{
    private const int LowestThreshold = 1;

    private readonly Dictionary<(long Program, long Partner), PartnerRate> _partners = rates.ToDictionary(rate => (rate.ProgramId, rate.PartnerId));
    private readonly Dictionary<long, PartnerRate> _programs = rates.GroupBy(rate => rate.ProgramId).ToDictionary(group => group.Key, Sum);

    public static PartnerRates None { get; } = new([]);

    /// <summary>Referrers on whom a rule may fire that judges by figures, even with the lowest threshold.</summary>
    public IEnumerable<long> Odd() => _partners.Keys.Where(key => Of(key.Program, key.Partner) is var (own, others)
            && (RateTest.IsFarAbove(own.ClickLeads, own.Clicks, others.ClickLeads, others.Clicks, LowestThreshold)
                || RateTest.IsFarAbove(own.Unclicked, own.Touched, others.Unclicked, others.Touched, LowestThreshold)
                || RateTest.IsFarAbove(own.Buyers, own.Customers, others.Buyers, others.Customers, LowestThreshold)
                || RateTest.IsFarAbove(own.RefundedSales, own.Sales, others.RefundedSales, others.Sales, LowestThreshold)))
        .Select(key => key.Partner)
        .Distinct();

    /// <summary>The referrer's own figures and those of all others of the program together; null when it has none.</summary>
    public (PartnerRate Own, PartnerRate Others)? Of(long program, long partner)
    {
        if (!_partners.TryGetValue((program, partner), out var own))
        {
            return null;
        }

        var all = _programs[program];
        return (own, new PartnerRate
        {
            ProgramId = program,
            Clicks = all.Clicks - own.Clicks,
            ClickLeads = all.ClickLeads - own.ClickLeads,
            Touched = all.Touched - own.Touched,
            Unclicked = all.Unclicked - own.Unclicked,
            Customers = all.Customers - own.Customers,
            Buyers = all.Buyers - own.Buyers,
            Sales = all.Sales - own.Sales,
            RefundedSales = all.RefundedSales - own.RefundedSales,
        });
    }

    private static PartnerRate Sum(IGrouping<long, PartnerRate> rates) => new()
    {
        ProgramId = rates.Key,
        Clicks = rates.Sum(rate => rate.Clicks),
        ClickLeads = rates.Sum(rate => rate.ClickLeads),
        Touched = rates.Sum(rate => rate.Touched),
        Unclicked = rates.Sum(rate => rate.Unclicked),
        Customers = rates.Sum(rate => rate.Customers),
        Buyers = rates.Sum(rate => rate.Buyers),
        Sales = rates.Sum(rate => rate.Sales),
        RefundedSales = rates.Sum(rate => rate.RefundedSales),
    };
}

/// <summary>Figures of one referrer in one program over the last 90 days.</summary>
internal sealed record PartnerRate
{
    public long ProgramId { get; init; }

    public long PartnerId { get; init; }

    /// <summary>Valid clicks on the referrer's links.</summary>
    public long Clicks { get; init; }

    /// <summary>Leads that came by a click.</summary>
    public long ClickLeads { get; init; }

    /// <summary>Customers who came by a click or a code themselves, and not only by what was before.</summary>
    public long Touched { get; init; }

    /// <summary>Of those, who typed the code and never came by a link of the referrer.</summary>
    public long Unclicked { get; init; }

    /// <summary>Customers with a conversion that the referrer is credited for.</summary>
    public long Customers { get; init; }

    /// <summary>Of those, who bought.</summary>
    public long Buyers { get; init; }

    public long Sales { get; init; }

    /// <summary>Sales of which some money went back.</summary>
    public long RefundedSales { get; init; }
}
