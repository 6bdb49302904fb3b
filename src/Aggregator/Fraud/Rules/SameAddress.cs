namespace LinkTracker.Aggregator.Fraud.Rules;

/// <summary>Several customers behind one address.</summary>
internal static class SameAddress
{
    public static Finding? Judge(Suspect suspect, Neighbourhood around, RuleInForce rule)
    {
        var others = suspect.Address is { } address ? SameDevice.CustomersOf(around.Addresses[address], suspect) : 0;
        return others >= rule.Threshold
            ? new Finding($"The customer's address is that of {others} other customers of the referrer on the same UTC day.", FraudMode.Flag, NeedsAnother: true)
            : null;
    }
}
