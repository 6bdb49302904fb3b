using System.Globalization;

namespace LinkTracker.Aggregator.Fraud.Rules;

/// <summary>Nobody fills in a form that fast.</summary>
internal static class TooFast
{
    private const long SecondMs = 1_000;

    public static Finding? Judge(Suspect suspect, Neighbourhood around, RuleInForce rule)
    {
        // A click behind its conversion is another matter, which the attribution refuses.
        var ms = suspect.OccurredAtMs - suspect.ClickedAtMs;
        return ms >= 0 && ms < rule.Threshold * SecondMs
            ? new Finding(string.Create(CultureInfo.InvariantCulture, $"{ms.Value / (decimal)SecondMs:0.0} s from the click to the conversion."))
            : null;
    }
}
