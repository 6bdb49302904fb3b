namespace LinkTracker.Aggregator.Value;

/// <summary>What the figures of reports mean. A metric that is computed otherwise gets the next version, and so does the whole.</summary>
internal static class MetricDictionary
{
    public const string Version = "1";

    private static readonly Metric[] Metrics =
    [
        new("valid_clicks", "clicks", "count", "raw clicks without those excluded, by occurrence", null, null),
        new("unique_visitor_days", "uniques", "count", "valid clicks that were the first of their visitor on their link on a day of UTC", null, null),
        new("leads", "leads", "count", "quantities of credited leads", null, null),
        new("customers", "customers", "count", "distinct customers with a credited sale in the time asked for", null, null),
        new("new_customers", "newCustomers", "count", "distinct customers whose first sale that was credited to the referrer lies in the time asked for", null, null),
        new("sales", "sales", "count", "distinct credited sales", null, null),
        new("gross_revenue", "revenue[].gross", "minor units", "Σ amount of credits", null, null),
        new("refunds", "revenue[].refunds", "minor units", "Σ refunded of credits, as of now, at the time of the sale", null, null),
        new("net_revenue", "revenue[].net", "minor units", "gross_revenue − refunds", null, null),
        new("converted_revenue", "converted", "minor units", "Σ amount · rate of the sale, rounded once, over sales with a rate", null, null),
        new("average_order", "averageOrder", "minor units", "net_revenue / sales", "net_revenue", "sales"),
        new("refund_rate", "refundRate", "ratio", "refunds / gross_revenue", "refunds", "gross_revenue"),
        new("revenue_per_click", "revenuePerClick", "minor units", "net_revenue / valid_clicks; Dub's earningsPerClick is gross / clicks", "net_revenue", "valid_clicks"),
        new("reward_per_click", "rewardPerClick", "minor units", "rewards of the referrer after caps and refunds / valid_clicks; what affiliates call EPC", "rewards", "valid_clicks"),
        new("click_to_lead_rate", "clickToLeadRate", "ratio", "leads / valid_clicks", "leads", "valid_clicks"),
        new("lead_to_customer_rate", "leadToCustomerRate", "ratio", "customers / leads", "customers", "leads"),
        new("click_to_customer_rate", "clickToCustomerRate", "ratio", "customers / valid_clicks", "customers", "valid_clicks"),
        new("repeat_rate", "repeatRate", "ratio", "customers with two sales or more / customers, in the time asked for", "repeating customers", "customers"),
        new("ltv_90", "lifetimeValue.days90", "minor units", Lifetime(90), "net revenue of days 0 to 89", "new customers of 90 days or more"),
        new("ltv_365", "lifetimeValue.days365", "minor units", Lifetime(365), "net revenue of days 0 to 364", "new customers of 365 days or more"),
        new("ltv_to_date", "lifetimeValue.toDate", "minor units", "net revenue to date of new customers / new customers, over those with a converted sale", "net revenue to date", "new customers with a converted sale"),
        new("retention_30", "retention.days30", "ratio", Kept(30), "kept customers", "new customers of 30 days or more"),
        new("retention_90", "retention.days90", "ratio", Kept(90), "kept customers", "new customers of 90 days or more"),
        new("retention_365", "retention.days365", "ratio", Kept(365), "kept customers", "new customers of 365 days or more"),
        new(
            "quality_score", "quality.score", "minor units",
            $"(net to date of counted customers + {QualityBoard.PriorWeight} · prior mean) / (counted customers + {QualityBoard.PriorWeight}); counted are a referrer's new customers but its best, the prior mean is that of all referrers' counted customers",
            $"countedNet + {QualityBoard.PriorWeight} · prior.net / prior.customers", $"counted + {QualityBoard.PriorWeight}"),
    ];

    public static MetricsAnswer Answer() => new(Version, [.. Metrics.Select(metric => metric with { Id = $"{metric.Id}@{Version}" })]);

    private static string Lifetime(int days) => $"net revenue of new customers in their first {days} days / new customers, over those of {days} days or more with a converted sale";

    private static string Kept(int days) =>
        $"new customers who bought {days} days after their first sale or later, or have a subscription then, / new customers, over those of {days} days or more";
}

/// <param name="Id">Its name and version, such as <c>average_order@1</c>.</param>
/// <param name="Field">Where it stands in reports.</param>
/// <param name="Numerator">Null for what is no ratio.</param>
internal sealed record Metric(string Id, string Field, string Unit, string Formula, string? Numerator, string? Denominator);

internal sealed record MetricsAnswer(string Definitions, IReadOnlyList<Metric> Metrics);
