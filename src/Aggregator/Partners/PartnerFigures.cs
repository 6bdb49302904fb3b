using LinkTracker.Aggregator.Links;

namespace LinkTracker.Aggregator.Partners;

/// <summary>What a partner brought. Clicks are those of the links it has or had last; the rest is what was credited to it.</summary>
/// <param name="Commissions">What it has earned, paid or not, in the reporting currency.</param>
internal sealed record PartnerFigures(long Clicks, ConversionTotals Credited, long Commissions)
{
    public double? EarningsPerClick => Ratio(Credited.SaleAmount, Clicks);

    public double? AverageLifetimeValue => Ratio(Credited.SaleAmount, Credited.Conversions);

    public double? ClickToLeadRate => Ratio(Credited.Leads, Clicks);

    public double? ClickToConversionRate => Ratio(Credited.Conversions, Clicks);

    public double? LeadToConversionRate => Ratio(Credited.Conversions, Credited.Leads);

    private static double? Ratio(long part, long whole) => whole == 0 ? null : (double)part / whole;
}
