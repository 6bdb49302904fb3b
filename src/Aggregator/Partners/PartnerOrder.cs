using LinkTracker.Aggregator.Api;

namespace LinkTracker.Aggregator.Partners;

/// <summary>By what partners are listed.</summary>
/// <param name="NeedsClicks">Clicks are in a store of their own: they are read for every partner only if they decide.</param>
internal sealed record PartnerOrder(Func<PartnerFigures, double?>? Figure, bool NeedsClicks, bool IsDescending)
{
    private static readonly Dictionary<string, PartnerOrder> Known = new()
    {
        ["createdAt"] = new(null, false, true),
        ["totalClicks"] = new(figures => figures.Clicks, true, true),
        ["totalLeads"] = new(figures => figures.Credited.Leads, false, true),
        ["totalConversions"] = new(figures => figures.Credited.Conversions, false, true),
        ["totalSales"] = new(figures => figures.Credited.Sales, false, true),
        ["totalSaleAmount"] = new(figures => figures.Credited.SaleAmount, false, true),
        ["totalCommissions"] = new(figures => figures.Commissions, false, true),
        ["netRevenue"] = new(figures => figures.Credited.NetRevenue, false, true),
        ["earningsPerClick"] = new(figures => figures.EarningsPerClick, true, true),
        ["averageLifetimeValue"] = new(figures => figures.AverageLifetimeValue, false, true),
        ["clickToLeadRate"] = new(figures => figures.ClickToLeadRate, true, true),
        ["clickToConversionRate"] = new(figures => figures.ClickToConversionRate, true, true),
        ["leadToConversionRate"] = new(figures => figures.LeadToConversionRate, false, true),
    };

    /// <exception cref="ApiError">422 for a name that is unknown, or known to the contract but without data here.</exception>
    public static PartnerOrder Of(string name, bool isDescending) => Known.TryGetValue(name, out var order)
        ? order with { IsDescending = isDescending }
        : throw ApiError.Unprocessable(name is "returnOnAdSpend"
            ? $"sortBy: {name} needs what was spent on advertising, which this version does not know; use one of {Names}."
            : $"sortBy: must be one of {Names}.");

    /// <param name="newestFirst">Among equals the newer one stays first.</param>
    public IEnumerable<long> Sort(IReadOnlyList<long> newestFirst, Func<long, PartnerFigures> figuresOf) => (Figure, IsDescending) switch
    {
        (null, true) => newestFirst,
        (null, false) => newestFirst.Reverse(),
        ({ } figure, true) => newestFirst.OrderByDescending(id => figure(figuresOf(id))),
        ({ } figure, false) => newestFirst.OrderBy(id => figure(figuresOf(id))),
    };

    private static string Names => string.Join(", ", Known.Keys);
}
