namespace LinkTracker.Aggregator.Programs;

/// <summary>What somebody gets for a conversion.</summary>
internal sealed record RewardRule
{
    /// <summary>Names the rule over all versions of the program, such as <c>first-sale</c>.</summary>
    public string Id { get; init; } = "";

    /// <summary><c>lead</c> or <c>sale</c>.</summary>
    public string Event { get; init; } = "sale";

    /// <summary><c>referrer</c>, or <c>friend</c>: the customer who was referred.</summary>
    public string Side { get; init; } = "referrer";

    /// <summary><c>percentage</c> and <c>flat</c> are money; <c>credit</c>, <c>discount</c> and <c>access</c> are given by the shop.</summary>
    public string Kind { get; init; } = "percentage";

    /// <summary>Hundredths of a percent of the basis, for <c>percentage</c>, and the discount in them for <c>discount</c>: 1000 is 10 %.</summary>
    public int BasisPoints { get; init; }

    /// <summary>Minor units of the program's currency, for <c>flat</c> and <c>credit</c>. For a lead it is given for each of its quantity.</summary>
    public long Amount { get; init; }

    /// <summary>What <c>access</c> or a <c>discount</c> is for, in words.</summary>
    public string? Label { get; init; }

    /// <summary><c>net</c>: without tax and shipping; or <c>gross</c>: all that was paid.</summary>
    public string Basis { get; init; } = "net";

    /// <summary>Only these products of the sale's line items; null: the whole sale.</summary>
    public IReadOnlyList<string>? Products { get; init; }

    /// <summary>Minor units of the program's currency that the basis must reach.</summary>
    public long MinimumAmount { get; init; }

    /// <summary>Months since the customer's first sale that was credited in the program, in which sales are rewarded; 0: the first sale only; null: for ever.</summary>
    public int? MaxMonths { get; init; }

    /// <summary>Only each so-many-th sale of the customer, counted from 1; null: each.</summary>
    public int? EveryNth { get; init; }

    public RewardTiers? Tiers { get; init; }

    public IReadOnlyList<RewardCap> Caps { get; init; } = [];
}

/// <summary>Higher rewards for those who bring more. The steps replace <see cref="RewardRule.BasisPoints"/> or <see cref="RewardRule.Amount"/>.</summary>
internal sealed record RewardTiers
{
    /// <summary><c>count</c> of rewarded conversions, or <c>revenue</c>: their basis in minor units of the program's currency.</summary>
    public string By { get; init; } = "count";

    /// <summary><c>day</c>, <c>week</c>, <c>month</c>, <c>quarter</c>, <c>year</c> or <c>all</c>, in UTC.</summary>
    public string Period { get; init; } = "month";

    /// <summary><c>marginal</c>: a step is for what lies above it; <c>retroactive</c>: for everything in the period.</summary>
    public string Mode { get; init; } = "marginal";

    public IReadOnlyList<RewardTier> Steps { get; init; } = [];
}

/// <param name="From">Conversions or minor units from which on it counts, more than 0.</param>
/// <param name="Value">Basis points of a percentage, or minor units of a flat reward.</param>
internal sealed record RewardTier(long From, long Value);

/// <param name="Scope"><c>partner</c>: each referrer; <c>program</c>: all together.</param>
/// <param name="Period">As in <see cref="RewardTiers.Period"/>.</param>
/// <param name="Amount">Minor units of the program's currency.</param>
internal sealed record RewardCap(string Scope, string Period, long Amount);
