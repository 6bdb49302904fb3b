using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Rewards;

/// <summary>Where among the credited conversions of a customer in a program the current one stands. Refunds move nobody's place.</summary>
internal sealed class CustomerPlace
{
    // The first lead of each partner: a lead is rewarded once, however often the shop tells of the customer.
    private readonly Dictionary<long, string> _firstLeads = [];
    private long _sales;
    private long? _firstSaleAtMs;

    /// <summary>Whether another conversion that is told later can give the reward to another one than before.</summary>
    public static bool IsOrdinal(RewardRule rule) => rule.Event == "lead" || rule.MaxMonths == 0 || rule.EveryNth > 1;

    /// <summary>To be called with each in order, before it is asked about.</summary>
    public void Count(CreditedConversion conversion)
    {
        if (conversion.Kind == FactKind.Sale)
        {
            _sales++;
            _firstSaleAtMs ??= conversion.OccurredAtMs;
            return;
        }

        foreach (var partner in conversion.Credits.Select(credit => credit.PartnerId).OfType<long>())
        {
            _firstLeads.TryAdd(partner, conversion.Key);
        }
    }

    /// <summary>Why the rule is not for this conversion, as far as its kind and place say; null: it is.</summary>
    public string? WhyNot(RewardRule rule, long partner, CreditedConversion conversion) => (conversion.Kind, rule) switch
    {
        (FactKind.Lead, { Event: "lead" }) => _firstLeads[partner] == conversion.Key ? null : UnmetReasons.LeadRewarded,
        (FactKind.Lead, _) or (_, { Event: "lead" }) => UnmetReasons.OtherEvent,
        (_, { EveryNth: { } nth }) when _sales % nth != 0 => UnmetReasons.NotNth,
        (_, { MaxMonths: 0 }) => _sales == 1 ? null : UnmetReasons.NotFirstSale,
        (_, { MaxMonths: { } months }) => IsWithin(months, conversion.OccurredAtMs) ? null : UnmetReasons.MonthsOver,
        _ => null,
    };

    private bool IsWithin(int months, long atMs) =>
        atMs < DateTimeOffset.FromUnixTimeMilliseconds(_firstSaleAtMs!.Value).AddMonths(months).ToUnixTimeMilliseconds();
}
