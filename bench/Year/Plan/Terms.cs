namespace LinkTracker.Year.Plan;

/// <summary>What a referrer or a friend gets, in the words of the API.</summary>
/// <param name="Event"><c>lead</c> or <c>sale</c>.</param>
/// <param name="Kind"><c>percentage</c>, <c>flat</c>, or <c>credit</c>, which the shop gives.</param>
/// <param name="Value">Basis points of a percentage, minor units of the program's currency otherwise.</param>
internal sealed record RewardTerms(string Id, string Event, string Kind, long Value)
{
    public string Side { get; init; } = "referrer";

    public string Basis { get; init; } = "net";

    public long MinimumAmount { get; init; }

    /// <summary>0: the first sale only; null: for ever.</summary>
    public int? MaxMonths { get; init; }

    public int? EveryNth { get; init; }

    public TierTerms? Tiers { get; init; }

    public CapTerms? Cap { get; init; }
}

/// <param name="By"><c>count</c> or <c>revenue</c>.</param>
/// <param name="Mode"><c>marginal</c> or <c>retroactive</c>.</param>
internal sealed record TierTerms(string By, string Period, string Mode, params IReadOnlyList<(long From, long Value)> Steps);

/// <param name="Scope"><c>partner</c> or <c>program</c>.</param>
internal sealed record CapTerms(string Scope, string Period, long Amount);

/// <summary>A program of the operator, in the words of the API.</summary>
internal sealed record ProgramTerms(int Index, string Name, string Currency, string Model, int ClickDays, IReadOnlyList<RewardTerms> Rewards)
{
    public string[] Precedence { get; init; } = ["code", "click", "lead", "contact"];

    public int FirstPercent { get; init; } = 40;

    public int LastPercent { get; init; } = 40;

    public int HalfLifeDays { get; init; } = 7;

    public bool ExistingCustomers { get; init; } = true;

    /// <summary>How long a purchase without evidence waits for the customer's lead.</summary>
    public int PendingDays { get; init; } = 90;

    public int HoldingDays { get; init; } = 30;

    /// <summary>Groups with rewards of their own; who is in none is in <c>default</c>.</summary>
    public IReadOnlyList<GroupTerms> Groups { get; init; } = [];

    /// <summary>What everybody got in the year, because nobody was in another group yet.</summary>
    public IReadOnlyList<RewardTerms> RewardsOfTheYear => Groups.FirstOrDefault(group => group.Name == "default")?.Rewards ?? Rewards;
}

internal sealed record GroupTerms(string Name, params IReadOnlyList<RewardTerms> Rewards);
