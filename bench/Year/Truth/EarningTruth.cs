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
        // Divided is touch by touch, as credit is. The friend's rules are those of the referrer with the largest one.
        BigInteger[] weights = [.. one.Parts.Select(part => part.Weight)];
        foreach (var (i, touches) in one.Parts.Index().OrderByDescending(part => part.Item.Weight).GroupBy(part => part.Item.Link.Referrer).Index())
        {
            int[] own = [.. touches.Select(touch => touch.Index)];
            foreach (var rule in program.RewardsOfTheYear.Where(rule => isMet(rule) && (i == 0 || rule.Side == "referrer")))
            {
                if (BasisOf(rule, one.Told, program) is var basis && basis >= rule.MinimumAmount)
                {
                    yield return rule.Side == "friend"
                        ? new Earning(rule, touches.Key, one, basis, [BigInteger.One], [0])
                        : new Earning(rule, touches.Key, one, own.Sum(touch => Exact.Split(basis, weights)[touch]), weights, own);
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
