namespace LinkTracker.Aggregator.Fraud;

/// <summary>One of the rules that there are, with what it does unless a program says otherwise.</summary>
/// <param name="Code">Names it on the wire and in the database for ever.</param>
/// <param name="About">What it fires on, for people; <c>{0}</c> stands for the threshold.</param>
/// <param name="Mode">Unless the program names another.</param>
/// <param name="Threshold">Unless the program names another; 0 for a rule that has none.</param>
/// <param name="MaxThreshold">The highest that makes sense; 0 for a rule that has none.</param>
/// <param name="Judge">Whether it fires on a conversion, and why.</param>
internal sealed record FraudRuleKind(
    string Code, string About, FraudMode Mode, long Threshold, long MaxThreshold, Func<Suspect, Neighbourhood, RuleInForce, Finding?> Judge)
{
    /// <summary>Minutes in which it counts, unless the program names others; null for a rule that counts in none.</summary>
    public int? Minutes { get; init; }

    /// <summary>The list of the operator that it needs; null for one that needs none.</summary>
    public string? List { get; init; }
}

/// <summary>A rule as a version of a program's rules has it.</summary>
/// <param name="Version">Of the program's rules.</param>
internal sealed record RuleInForce(FraudRuleKind Kind, FraudMode Mode, long Threshold, int Minutes, int Version);

/// <summary>Why a rule fires.</summary>
/// <param name="Evidence">A sentence for who decides. It names nobody: cases outlive the personal data of customers.</param>
/// <param name="Most">The hardest that may be done on it, whatever the rule's mode.</param>
/// <param name="NeedsAnother">Says something only beside what another rule finds.</param>
internal sealed record Finding(string Evidence, FraudMode Most = FraudMode.Reject, bool NeedsAnother = false);

/// <summary>What a rule that is in force says of a conversion.</summary>
/// <param name="Mode">What is to be done, which is milder than the rule's own mode where the finding is.</param>
internal sealed record Signal(Suspect Suspect, RuleInForce Rule, FraudMode Mode, string Evidence);
