namespace LinkTracker.Aggregator.Value;

/// <summary>One referrer in numbers. Money is in minor units.</summary>
internal sealed record PartnerValue
{
    public required string PartnerId { get; init; }

    public required string Name { get; init; }

    /// <summary>Valid ones.</summary>
    public required long Clicks { get; init; }

    /// <summary>Visitor-days: a visitor counts once a link and day of UTC.</summary>
    public required long Uniques { get; init; }

    public required long Leads { get; init; }

    /// <summary>Who bought in the time asked for.</summary>
    public required long Customers { get; init; }

    /// <summary>Who bought first in the time asked for: lifetime value, retention and quality are theirs.</summary>
    public required long NewCustomers { get; init; }

    public required long Sales { get; init; }

    /// <summary>By currency, as it was paid.</summary>
    public required IReadOnlyList<CurrencyValue> Revenue { get; init; }

    /// <summary>All that could be converted, in the report's currency.</summary>
    public required ConvertedValue Converted { get; init; }

    public required Ratio ClickToLeadRate { get; init; }

    public required Ratio LeadToCustomerRate { get; init; }

    public required Ratio ClickToCustomerRate { get; init; }

    public required Ratio RepeatRate { get; init; }

    public required LifetimeValue LifetimeValue { get; init; }

    public required Retention Retention { get; init; }

    /// <summary>Null when there is no new customer with a converted sale.</summary>
    public required Quality? Quality { get; init; }
}

/// <summary>Money of one currency.</summary>
/// <param name="Reward">What the referrer earned in this currency.</param>
internal sealed record CurrencyValue(
    string Currency, long Sales, long Gross, long Refunds, long Net, Ratio AverageOrder, Ratio RefundRate, Ratio RevenuePerClick, long Reward, Ratio RewardPerClick)
{
    public static CurrencyValue Of(string currency, CurrencySum sum, long reward, long clicks) => new(
        currency, sum.Sales, sum.Gross, sum.Refunds, sum.Net, Ratio.Of(sum.Net, sum.Sales), Ratio.Of(sum.Refunds, sum.Gross), Ratio.Of(sum.Net, clicks),
        reward, Ratio.Of(reward, clicks));
}

/// <summary>Money in the report's currency.</summary>
/// <param name="Sales">Those that are in it.</param>
/// <param name="UnconvertedSales">Those that are not, because no rate was known for their day.</param>
internal sealed record ConvertedValue(
    string Currency, long Sales, long UnconvertedSales, long Gross, long Refunds, long Net, Ratio AverageOrder, Ratio RefundRate, Ratio RevenuePerClick)
{
    public static ConvertedValue Of(string currency, Revenue revenue, long clicks)
    {
        var (gross, refunds, net) = (Measure.Round(revenue.Gross), Measure.Round(revenue.Refunds), Measure.Round(revenue.Net));
        return new ConvertedValue(
            currency, revenue.Converted, revenue.Unconverted, gross, refunds, net, Ratio.Of(net, revenue.Converted), Ratio.Of(refunds, gross), Ratio.Of(net, clicks));
    }
}

/// <summary>Net revenue of a new customer with a converted sale in its first days, over those who are that old, in the report's currency; to date over all.</summary>
internal sealed record LifetimeValue(Ratio Days90, Ratio Days365, Ratio ToDate, long UnconvertedSales)
{
    public static LifetimeValue Of(Cohort cohort) => new(
        Over(cohort, 90), Over(cohort, 365), Over(cohort, 0), cohort.Unconverted);

    private static Ratio Over(Cohort cohort, int days) => Ratio.Of(Measure.Round(cohort.Net.GetValueOrDefault(days)), cohort.Priced.GetValueOrDefault(days));
}

/// <summary>Share of new customers that are that many days old and still buy or are subscribed.</summary>
internal sealed record Retention(Ratio Days30, Ratio Days90, Ratio Days365)
{
    public static Retention Of(Cohort cohort) => new(At(cohort, 30), At(cohort, 90), At(cohort, 365));

    private static Ratio At(Cohort cohort, int days) => Ratio.Of(cohort.Kept.GetValueOrDefault(days), cohort.Old.GetValueOrDefault(days));
}
