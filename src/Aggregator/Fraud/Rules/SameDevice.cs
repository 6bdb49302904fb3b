namespace LinkTracker.Aggregator.Fraud.Rules;

/// <summary>Several customers behind one browser and address.</summary>
internal static class SameDevice
{
    public static Finding? Judge(Suspect suspect, Neighbourhood around, RuleInForce rule)
    {
        var sharers = suspect.Visitors.SelectMany(visitor => around.Visitors[visitor]).ToList();
        if (sharers.Exists(sharer => sharer.Customer.Id != suspect.Customer.Id && sharer.Customer.IsSameAs(suspect.Partner)))
        {
            return new Finding("The click came from the device and address that the referrer bought with on the same UTC day.");
        }

        var others = CustomersOf(sharers, suspect);
        return others >= rule.Threshold
            ? new Finding($"The click came from the same device and address as those of {others} other customers of the referrer on the same UTC day.", FraudMode.Flag, NeedsAnother: true)
            : null;
    }

    /// <summary>How many other customers of the same referrer there are among them.</summary>
    public static int CustomersOf(IEnumerable<Sharer> sharers, Suspect suspect) => sharers
        .Where(sharer => sharer.PartnerId == suspect.PartnerId && sharer.Customer.Id != suspect.Customer.Id)
        .Select(sharer => sharer.Customer.Id)
        .Distinct()
        .Count();
}
