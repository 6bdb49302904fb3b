using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Tests.Rewards;

/// <summary>Programs and conversions that tests state only what matters of.</summary>
internal static class RewardSample
{
    public const long Program = 7;
    public const long Other = 8;
    public const long Ana = 11;
    public const long Ben = 12;

    /// <summary>2026-03-10T12:00:00Z, a Tuesday.</summary>
    public static readonly long Noon = new DateTimeOffset(2026, 3, 10, 12, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    public static readonly long Day = (long)TimeSpan.FromDays(1).TotalMilliseconds;

    public static ProgramSet Rules(params RewardRule[] rewards) => Rules(new ProgramRules { Rewards = rewards });

    public static ProgramSet Rules(params ProgramRules[] versions) => Rules("eur", versions);

    public static ProgramSet Rules(string currency, params ProgramRules[] versions)
    {
        var program = new ReferralProgram(Program, "Friends", currency, false, [.. versions.Select((rules, i) => new ProgramVersion(i + 1, i == 0 ? 0 : Noon + (i * Day), rules))]);
        return new ProgramSet(program, new Dictionary<long, ReferralProgram> { [Program] = program });
    }

    /// <summary>Two programs with the same rules, in one currency.</summary>
    public static ProgramSet Twice(params RewardRule[] rewards)
    {
        var one = Rules(rewards).Default;
        return new ProgramSet(one, new Dictionary<long, ReferralProgram> { [Program] = one, [Other] = one with { Id = Other } });
    }

    public static CreditedConversion Sale(long id, long amount, long? atMs = null, long refunded = 0, params (long? Partner, long Weight)[] credits)
    {
        var parts = credits.Length == 0 ? [(Ana, 1L)] : credits;
        var amounts = Apportionment.Split(amount, [.. parts.Select(part => part.Weight)]);
        return new CreditedConversion
        {
            Id = id,
            Kind = FactKind.Sale,
            Key = $"sale:{id:D6}",
            OccurredAtMs = atMs ?? Noon,
            Amount = amount,
            Refunded = refunded,
            Currency = "eur",
            ProgramId = Program,
            Credits = [.. parts.Select((part, i) => new CreditPart(100 + (part.Partner ?? 0), part.Partner, Method.Click, null, part.Weight, amounts[i], 0))],
        };
    }

    public static CreditedConversion Lead(long id, long? atMs = null, int quantity = 1, long partner = Ana) => new()
    {
        Id = id,
        Kind = FactKind.Lead,
        Key = $"lead:{id:D6}",
        OccurredAtMs = atMs ?? Noon,
        Quantity = quantity,
        ProgramId = Program,
        Credits = [new CreditPart(100 + partner, partner, Method.Click, null, 1, 0, 0)],
    };

    /// <summary>What the rules give for the conversions of one customer, as reward, partner and amount.</summary>
    public static IReadOnlyList<(string Reward, long Partner, long Amount)> Given(ProgramSet programs, params CreditedConversion[] conversions)
    {
        var plan = new RewardPlan(programs, (_, _, _) => "default", (amount, from, to, _) => from == to ? amount : null);
        var given = new List<(string, long, long)>();
        foreach (var reward in plan.Of(new CustomerAccount(1, false, conversions)).GroupBy(due => due.Rule.Id))
        {
            var sums = RewardSums.Of(programs.Default, reward.Key) ?? new RewardSums([], [], RewardPeriod.All);
            var claims = reward.Select(due => due.ToClaim()).Order().ToList();
            given.AddRange(claims.Zip(new RewardFold([]).Grant(sums, claims), (claim, grant) => (reward.Key, claim.PartnerId, grant.Amount)));
        }

        return given;
    }
}
