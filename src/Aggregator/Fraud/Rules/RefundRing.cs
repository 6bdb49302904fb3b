namespace LinkTracker.Aggregator.Fraud.Rules;

/// <summary>Sales that are made for the reward and then given back.</summary>
internal static class RefundRing
{
    public static Finding? Judge(Suspect suspect, Neighbourhood around, RuleInForce rule) =>
        around.Rates.Of(suspect.ProgramId, suspect.PartnerId) is var (own, others)
        && RateTest.IsFarAbove(own.RefundedSales, own.Sales, others.RefundedSales, others.Sales, rule.Threshold)
            ? new Finding(
                $"In 90 days {RateTest.Words(own.RefundedSales, own.Sales)} of the referrer's sales were refunded, against {RateTest.Words(others.RefundedSales, others.Sales)} of all others'.")
            : null;
}
