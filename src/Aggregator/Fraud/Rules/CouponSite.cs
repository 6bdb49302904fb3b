namespace LinkTracker.Aggregator.Fraud.Rules;

/// <summary>A code or link that leaked to a page where people look for codes when they have decided to buy.</summary>
internal static class CouponSite
{
    public static Finding? Judge(Suspect suspect, Neighbourhood around, RuleInForce rule) =>
        suspect.Referrers.FirstOrDefault(host => around.CouponSites?.Contains(host) == true) is { } host
            ? new Finding($"A click of the customer came from {host}, which is on the list of coupon sites.")
            : null;
}
