namespace LinkTracker.Aggregator.Programs;

/// <summary>
/// One version of a program's rules, as it is stored and as clients see it. What happened is judged by the version that was valid
/// at that time, whenever it is told.
/// </summary>
internal sealed record ProgramRules
{
    public AttributionRules Attribution { get; init; } = new();

    /// <summary>Which customers may refer others; all conditions must hold. Empty: everybody.</summary>
    public IReadOnlyList<Condition> Eligibility { get; init; } = [];

    /// <summary>What referrers and their friends get, unless the referrer's group has rewards of its own.</summary>
    public IReadOnlyList<RewardRule> Rewards { get; init; } = [];

    public IReadOnlyList<ReferrerGroup> Groups { get; init; } = [];

    /// <summary>How long a reward waits for refunds before it is owed, from when its conversion happened, 0 to 365 days.</summary>
    public int HoldingDays { get; init; } = 30;

    /// <summary><c>automatic</c>, or <c>manual</c>: a person approves each reward.</summary>
    public string Approval { get; init; } = "automatic";

    /// <summary>Minor units of the program's currency: less than that waits for the next payout.</summary>
    public long MinimumPayout { get; init; }

    /// <summary>Modes and thresholds of fraud rules by their codes; a rule that is not named has its default.</summary>
    public IReadOnlyDictionary<string, FraudRule> Fraud { get; init; } = new Dictionary<string, FraudRule>();
}

/// <summary>How credit for a conversion is found and divided.</summary>
internal sealed record AttributionRules
{
    /// <summary><c>last</c>, <c>first</c>, <c>linear</c>, <c>position</c> or <c>time_decay</c>.</summary>
    public string Model { get; init; } = "last";

    /// <summary>Of <c>position</c>: percent for the first touch and for the last; those between share the rest.</summary>
    public int FirstPercent { get; init; } = 40;

    public int LastPercent { get; init; } = 40;

    /// <summary>Of <c>time_decay</c>: a touch this many days older weighs half, 1 to 365.</summary>
    public int HalfLifeDays { get; init; } = 7;

    /// <summary>Kinds of evidence, the strongest first: <c>code</c>, <c>click</c>, <c>lead</c>, <c>contact</c>. What is left out does not count.</summary>
    public IReadOnlyList<string> Precedence { get; init; } = ["code", "click", "lead", "contact"];

    /// <summary>Days in which evidence counts, from when it happened until just before so many days later. Null in what clients send: <c>Aggregator__AttributionWindowDays</c> as it is then. What is stored names them.</summary>
    public int? ClickDays { get; init; }

    /// <summary>Null: a credited lead binds its customer for ever.</summary>
    public int? LeadDays { get; init; }

    public int ContactDays { get; init; } = 30;

    /// <summary>Whether new evidence counts for a customer that was credited before; else it stays with its first.</summary>
    public bool ExistingCustomers { get; init; } = true;

    /// <summary>Whether customers that the shop had before they were referred are nobody's.</summary>
    public bool NewCustomersOnly { get; init; }

    /// <summary>How long a conversion without evidence waits for a lead that comes later, 0 to 365 days.</summary>
    public int PendingDays { get; init; } = 90;

    /// <summary>The most touches that share credit, the newest; 1 to 100.</summary>
    public int MaxTouches { get; init; } = 50;

    /// <summary>The same with what a setting stands for written out, so that no setting changes later what the rules mean.</summary>
    public AttributionRules Pinned(TimeSpan clickWindow) => ClickDays is null ? this with { ClickDays = (int)clickWindow.TotalDays } : this;
}

/// <param name="Name">At most 50 characters; <c>default</c> is the group of everybody who is in no other.</param>
/// <param name="Rewards">Null: those of the program.</param>
internal sealed record ReferrerGroup(string Name, IReadOnlyList<RewardRule>? Rewards = null, int? HoldingDays = null);

/// <summary>A condition on an attribute of a customer, such as <c>tenureDays &gt;= 90</c>.</summary>
/// <param name="Attribute">A key of the customer's attributes.</param>
/// <param name="Operator"><c>eq</c>, <c>ne</c>, <c>gt</c>, <c>gte</c>, <c>lt</c>, <c>lte</c>, <c>in</c> or <c>exists</c>.</param>
/// <param name="Reason">Why not, in the operator's words or a code such as <c>fatigue</c>; null: made from the condition.</param>
internal sealed record Condition(string Attribute, string Operator, System.Text.Json.JsonElement? Value = null, string? Reason = null);

/// <param name="Mode"><c>off</c>, <c>shadow</c>, <c>flag</c>, <c>hold</c> or <c>reject</c>.</param>
/// <param name="Threshold">What it means depends on the rule; null: the rule's default.</param>
/// <param name="Minutes">For a rule that counts within a time, 1 to 1,440; null: the rule's default.</param>
internal sealed record FraudRule(string Mode, long? Threshold = null, int? Minutes = null);
