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

    /// <summary>Why the rule is not for this conversion, as far as its kind and place say; null when it is.</summary>
    public Missed? WhyNot(RewardRule rule, long partner, CreditedConversion conversion) => (conversion.Kind, rule.Event) switch
    {
        (FactKind.Lead, "lead") => _firstLeads[partner] == conversion.Key ? null : Missed.LaterLead,
        (FactKind.Sale, "sale") when rule.EveryNth is { } nth && _sales % nth != 0 => Missed.NotNth,
        (FactKind.Sale, "sale") => rule.MaxMonths is not { } months || IsWithin(months, conversion.OccurredAtMs) ? null : Missed.TimeOver,
        _ => Missed.NoRule,
    };

    private bool IsWithin(int months, long atMs) =>
        months == 0 ? _sales == 1 : atMs < DateTimeOffset.FromUnixTimeMilliseconds(_firstSaleAtMs!.Value).AddMonths(months).ToUnixTimeMilliseconds();
}
