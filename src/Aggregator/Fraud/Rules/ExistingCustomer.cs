namespace LinkTracker.Aggregator.Fraud.Rules;

/// <summary>Nobody had to bring a customer whom the shop had.</summary>
internal static class ExistingCustomer
{
    private const long DayMs = 86_400_000;

    public static Finding? Judge(Suspect suspect, Neighbourhood around, RuleInForce rule)
    {
        var days = (suspect.TouchedAtMs - suspect.KnownSinceMs) / DayMs;
        return suspect.KnownSinceMs < suspect.TouchedAtMs ? new Finding($"The shop knew the customer {days} whole days before it came by the referrer.") : null;
    }
}
