using System.Numerics;
using LinkTracker.Year.Plan;

namespace LinkTracker.Year.Truth;

/// <summary>Which rewards the conversions of one customer give, before their amounts are known.</summary>
internal sealed class EarningTruth(Rates rates)
{
    /// <param name="credited">In the order in which they happened.</param>
    public IEnumerable<Earning> Of(IReadOnlyList<Credited> credited)
    {
        var sales = 0;
        long? firstSaleMs = null;
        foreach (var one in credited.Where(one => one.Parts.Count > 0))
        {
            if (one.Told.Kind is ToldKind.Sale)
            {
                sales++;
                firstSaleMs ??= one.Told.AtMs;
            }

            foreach (var earning in OfConversion(one, rule => IsMet(rule, one.Told, sales, firstSaleMs)))
            {
                yield return earning;
            }
        }
    }

    private IEnumerable<Earning> OfConversion(Credited one, Func<RewardTerms, bool> isMet)
    {
        var program = one.Program;
        // The largest credit comes first: what cannot be divided evenly goes to it, and its referrer's rules are the friend's.
        var parts = one.Parts.OrderByDescending(part => part.Weight).GroupBy(part => part.Link.Referrer)
            .Select(some => (Referrer: some.Key, Weight: some.Aggregate(BigInteger.Zero, (sum, part) => sum + part.Weight))).ToList();
        BigInteger[] weights = [.. parts.Select(part => part.Weight)];
        foreach (var (part, place) in parts.Select((part, place) => (part, place)))
        {
            foreach (var rule in program.RewardsOfTheYear.Where(rule => isMet(rule) && (place == 0 || rule.Side == "referrer")))
            {
                if (BasisOf(rule, one.Told, program) is var basis && basis >= rule.MinimumAmount)
                {
                    yield return rule.Side == "friend"
                        ? new Earning(rule, part.Referrer, one, basis, [BigInteger.One], 0)
                        : new Earning(rule, part.Referrer, one, Exact.Split(basis, weights)[place], weights, place);
                }
            }
        }
    }

    private static bool IsMet(RewardTerms rule, Told told, int sales, long? firstSaleMs) => told.Kind is ToldKind.Lead
        ? rule.Event == "lead"
        : rule.Event == "sale" && (rule.EveryNth is not { } nth || sales % nth == 0) && rule.MaxMonths switch
        {
            null => true,
            0 => sales == 1,
            { } months => told.AtMs < DateTimeOffset.FromUnixTimeMilliseconds(firstSaleMs!.Value).AddMonths(months).ToUnixTimeMilliseconds(),
        };

    private long BasisOf(RewardTerms rule, Told told, ProgramTerms program) => told.Kind is ToldKind.Lead
        ? 0
        : rates.Convert(rule.Basis == "gross" ? told.Amount!.Value : told.Amount!.Value - told.Tax - told.Shipping, told.Currency, program.Currency, told.AtMs);
}
