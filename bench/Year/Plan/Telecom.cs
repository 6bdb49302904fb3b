namespace LinkTracker.Year.Plan;

/// <summary>The programs of a telecom: each with another model of attribution, and among them every way to reward.</summary>
internal static class Telecom
{
    /// <summary>A group that referrers join when the year is over: it changes nothing of what was.</summary>
    public const string Gold = "gold";

    /// <summary>Of the installation's reports.</summary>
    public const string ReportingCurrency = "eur";

    /// <param name="customers">A limit for all referrers together grows with how many come.</param>
    public static IReadOnlyList<ProgramTerms> Programs(int customers) =>
    [
        new(0, "Mobile", "eur", "last", 30,
        [
            new("signup", "lead", "flat", 500) { Cap = new("partner", "month", 3_500) },
            new("revenue", "sale", "percentage", 1_000) { MaxMonths = 6, Cap = new("partner", "month", 7_500) },
        ])
        {
            Groups = [new(Gold, new RewardTerms("gold", "sale", "percentage", 2_000))],
        },
        new(1, "Fibre", "eur", "linear", 60,
        [
            new("first", "sale", "flat", 3_001) { MaxMonths = 0 },
            new("friend", "sale", "credit", 1_000) { Side = "friend", MaxMonths = 0 },
            new("loyal", "sale", "flat", 700) { EveryNth = 3 },
        ])
        {
            Precedence = ["click", "code", "lead", "contact"],
        },
        new(2, "Business", "usd", "position", 90,
        [
            new("volume", "lead", "flat", 1_000) { Tiers = new("count", "month", "retroactive", (5, 1_500), (20, 2_250)) },
            new("share", "sale", "percentage", 515) { Basis = "gross", MinimumAmount = 2_000, Cap = new("program", "day", customers / 2) },
        ])
        {
            FirstPercent = 30, ExistingCustomers = false,
        },
        new(3, "Roaming", "gbp", "time_decay", 30, [new("nobody", "sale", "percentage", 10_000)])
        {
            Groups =
            [
                new("default", new RewardTerms("steps", "sale", "percentage", 777) { Tiers = new("revenue", "month", "marginal", (10_000, 1_025), (50_000, 1_233)) }),
            ],
        },
    ];
}
