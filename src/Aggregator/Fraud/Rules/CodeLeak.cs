namespace LinkTracker.Aggregator.Fraud.Rules;

/// <summary>
/// A code that got around: customers type it who never came by the referrer's link. No page shows which site they had it from. A referrer
/// who only speaks of the code looks the same.
/// </summary>
internal static class CodeLeak
{
    public static Finding? Judge(Suspect suspect, Neighbourhood around, RuleInForce rule) =>
        suspect.IsTyped && around.Rates.Of(suspect.ProgramId, suspect.PartnerId) is var (own, others)
        && RateTest.IsFarAbove(own.Unclicked, own.Touched, others.Unclicked, others.Touched, rule.Threshold)
            ? new Finding(
                $"In 90 days {RateTest.Words(own.Unclicked, own.Touched)} of the referrer's customers typed its code without ever having clicked, against {RateTest.Words(others.Unclicked, others.Touched)} of all others'.")
            : null;
}
