namespace LinkTracker.Aggregator.Fraud;

/// <summary>Puts what the rules find together. A pure function: the same conversions give the same signals, in whatever order they came.</summary>
internal static class FraudJudge
{
    /// <param name="rulesOf">The rules in force when the conversion happened.</param>
    public static IReadOnlyList<Signal> Judge(IEnumerable<Suspect> suspects, Neighbourhood around, Func<Suspect, IReadOnlyList<RuleInForce>> rulesOf) =>
        [.. suspects.SelectMany(suspect => Judge(suspect, around, rulesOf(suspect)))];

    private static IEnumerable<Signal> Judge(Suspect suspect, Neighbourhood around, IReadOnlyList<RuleInForce> rules)
    {
        // :: 1  what each rule says by itself
        var found = rules.Where(rule => rule.Mode != FraudMode.Off)
            .Select(rule => (Rule: rule, Finding: rule.Kind.Judge(suspect, around, rule)))
            .Where(one => one.Finding is not null)
            .ToList();

        // :: 2  an office and a family look like one device: alone that is nothing, and a rule in shadow does not make it more
        var isBacked = found.Exists(one => !one.Finding!.NeedsAnother && one.Rule.Mode != FraudMode.Shadow);
        return found.Where(one => isBacked || !one.Finding!.NeedsAnother)
            .Select(one => new Signal(suspect, one.Rule, Milder(one.Rule.Mode, one.Finding!.Most), one.Finding.Evidence));
    }

    private static FraudMode Milder(FraudMode one, FraudMode other) => one < other ? one : other;
}
