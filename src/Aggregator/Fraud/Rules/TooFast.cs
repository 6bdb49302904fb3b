using System.Globalization;

namespace LinkTracker.Aggregator.Fraud.Rules;

/// <summary>Nobody fills in a form that fast.</summary>
internal static class TooFast
{
    private const long SecondMs = 1_000;

    public static Finding? Judge(Suspect suspect, Neighbourhood around, RuleInForce rule)
    {
        // A click behind its conversion is another matter, which the attribution refuses.
        return suspect.DelayMs is >= 0 and var ms && ms < rule.Threshold * SecondMs
            ? new Finding(string.Create(CultureInfo.InvariantCulture, $"{ms / (decimal)SecondMs:0.0} s from the click to what the customer did."))
            : null;
    }
}
