using System.Numerics;
using LinkTracker.Year.Plan;

namespace LinkTracker.Year.Truth;

/// <summary>The amounts of all earnings by one rule of one program, in the order in which they happened.</summary>
internal static class GrantTruth
{
    public static void Grant(IEnumerable<Earning> ofOneRule)
    {
        var earnings = ofOneRule.OrderBy(earning => earning.AtMs).ThenBy(earning => earning.Referrer.Index).ToList();
        foreach (var some in earnings.GroupBy(earning => (earning.Referrer, Start: StartOf(earning.Rule.Tiers?.Period, earning.AtMs))))
        {
            ByTiers([.. some]);
        }

        foreach (var some in earnings.GroupBy(earning => (
            Referrer: earning.Rule.Cap?.Scope == "program" ? null : earning.Referrer, Start: StartOf(earning.Rule.Cap?.Period, earning.AtMs))))
        {
            Cap([.. some]);
        }
    }

    private static void ByTiers(List<Earning> ofOnePeriod)
    {
        var (count, revenue) = (0L, 0L);
        var (allCount, allRevenue) = (ofOnePeriod.Count, ofOnePeriod.Sum(earning => earning.Basis));
        foreach (var earning in ofOnePeriod)
        {
            var rule = earning.Rule;
            var before = revenue;
            (count, revenue) = (count + 1, revenue + earning.Basis);
            var value = rule.Tiers is not { } tiers
                ? rule.Value
                : (tiers.By, tiers.Mode) switch
                {
                    ("count", "retroactive") => Step(rule, allCount),
                    ("count", _) => Step(rule, count),
                    (_, "retroactive") => Step(rule, allRevenue),
                    _ => 0,
                };
            earning.Granted = rule switch
            {
                { Kind: "percentage", Tiers: { By: "revenue", Mode: "marginal" } } => InSlices(rule, before, revenue),
                { Kind: "percentage" } => (long)Exact.HalfEven(new BigInteger(earning.Basis) * value, 10_000),
                _ => earning.Own.Sum(touch => Exact.Split(value, earning.Weights)[touch]),
            };
        }
    }

    private static void Cap(List<Earning> ofOnePeriod)
    {
        var left = ofOnePeriod[0].Rule.Cap?.Amount ?? long.MaxValue;
        foreach (var earning in ofOnePeriod)
        {
            earning.Granted = Math.Min(earning.Granted, left);
            left -= earning.Granted;
        }
    }

    // Each minor unit of revenue by the step that it lies in.
    private static long InSlices(RewardTerms rule, long before, long after)
    {
        IReadOnlyList<(long From, long Value)> steps = [(0, rule.Value), .. rule.Tiers!.Steps, (long.MaxValue, 0)];
        var sum = BigInteger.Zero;
        for (var i = 0; i + 1 < steps.Count; i++)
        {
            sum += new BigInteger(Math.Max(0, Math.Min(after, steps[i + 1].From) - Math.Max(before, steps[i].From))) * steps[i].Value;
        }

        return (long)Exact.HalfEven(sum, 10_000);
    }

    private static long Step(RewardTerms rule, long reached) =>
        rule.Tiers!.Steps.Where(step => step.From <= reached).Select(step => step.Value).LastOrDefault(rule.Value);

    private static long StartOf(string? period, long atMs)
    {
        var time = DateTimeOffset.FromUnixTimeMilliseconds(atMs);
        return period switch
        {
            null => 0,
            "day" => time.ToUnixTimeMilliseconds() / Dice.DayMs,
            "month" => (time.Year * 12) + time.Month,
            _ => throw new InvalidOperationException($"no rule has the period {period}"),
        };
    }
}
