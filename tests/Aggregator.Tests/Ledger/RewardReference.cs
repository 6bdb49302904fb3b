using System.Numerics;
using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Tests.Ledger;

/// <summary>
/// What is owed by plain reading of the rules: all conversions at once, fractions of any size, one loop. It shares no code with what it checks,
/// but for the names of periods.
/// </summary>
internal static class RewardReference
{
    /// <summary>Owed by conversion, reward, side and partner.</summary>
    public static Dictionary<(long Conversion, string Reward, string Side, long Partner), BigInteger> Owed(
        IReadOnlyList<RewardRule> rules, IReadOnlyDictionary<long, IReadOnlyList<CreditedConversion>> customers)
    {
        var owed = new Dictionary<(long, string, string, long), BigInteger>();
        foreach (var rule in rules)
        {
            var meant = customers.SelectMany(customer => Meant(rule, customer.Value)).OrderBy(one => one.Of.OccurredAtMs).ThenBy(one => one.Of.Key, StringComparer.Ordinal).ThenBy(one => one.Partner).ToList();
            var granted = new List<(CreditedConversion Of, long Partner, BigInteger Amount)>();
            for (var i = 0; i < meant.Count; i++)
            {
                var one = meant[i];
                var amount = Price(rule, meant, i);
                foreach (var cap in rule.Caps)
                {
                    var given = granted.Where(other => (cap.Scope == "program" || other.Partner == one.Partner) && IsSame(cap.Period, other.Of, one.Of)).Aggregate(BigInteger.Zero, (sum, other) => sum + other.Amount);
                    amount = BigInteger.Min(amount, BigInteger.Max(0, cap.Amount - given));
                }

                granted.Add((one.Of, one.Partner, amount));
                var (left, whole) = one.Of.Amount == 0 || one.Of.Refunded == 0 ? (1, 1) : Left(rule, one.Of);
                var isOnce = rule.Kind is "discount" or "access";
                owed[(one.Of.Id, rule.Id, rule.Side, one.Partner)] = isOnce && left > 0 ? amount : Round(amount * left, whole);
            }
        }

        return owed;
    }

    private static IEnumerable<(CreditedConversion Of, long Partner, BigInteger Basis, BigInteger Share, BigInteger[] Weights, List<int> Own)> Meant(RewardRule rule, IReadOnlyList<CreditedConversion> all)
    {
        var sorted = all.OrderBy(one => one.OccurredAtMs).ThenBy(one => one.Key, StringComparer.Ordinal).ToList();
        var sales = sorted.Where(one => one.Kind == FactKind.Sale).ToList();
        foreach (var one in sorted.Where(one => one.Kind == (rule.Event == "lead" ? FactKind.Lead : FactKind.Sale)))
        {
            var number = sales.IndexOf(one) + 1;
            if (rule.Event == "sale" && rule.EveryNth is { } nth && number % nth != 0)
            {
                continue;
            }

            if (rule.Event == "sale" && rule.MaxMonths is { } months
                && (months == 0 ? number != 1 : DateTimeOffset.FromUnixTimeMilliseconds(one.OccurredAtMs) >= DateTimeOffset.FromUnixTimeMilliseconds(sales[0].OccurredAtMs).AddMonths(months)))
            {
                continue;
            }

            var basis = one.Kind == FactKind.Lead ? BigInteger.Zero : Basis(rule, one.Amount, one.Tax, one.Shipping, one.LineItems);
            if (basis < rule.MinimumAmount || (rule.Products is { } products && !one.LineItems.Any(line => products.Contains(line.ProductId))))
            {
                continue;
            }

            var partners = one.Credits.Select(credit => credit.PartnerId).Distinct().ToList();
            var touches = one.Credits.OrderBy(credit => credit.Position).ToList();
            BigInteger[] weights = [.. touches.Select(touch => (BigInteger)touch.Weight)];
            var isOnce = rule.Side == "friend" || rule.Kind is "discount" or "access";
            var first = partners.FindIndex(partner => partner is not null);
            for (var i = 0; i < partners.Count; i++)
            {
                if (partners[i] is not { } partner || (isOnce && i != first))
                {
                    continue;
                }

                if (rule.Event == "lead" && sorted.First(other => other.Kind == FactKind.Lead && other.Credits.Any(credit => credit.PartnerId == partner)) != one)
                {
                    continue;
                }

                var own = Enumerable.Range(0, touches.Count).Where(touch => touches[touch].PartnerId == partner).ToList();
                yield return isOnce ? (one, partner, basis, basis, [1], [0]) : (one, partner, basis, Parts(basis, weights, own), weights, own);
            }
        }
    }

    // All gross; or without tax and shipping. Of products no more than their lines.
    private static BigInteger Basis(RewardRule rule, BigInteger amount, BigInteger tax, BigInteger shipping, IEnumerable<LineItem> lines)
    {
        var all = rule.Basis == "gross" ? amount : BigInteger.Max(0, amount - tax - shipping);
        return rule.Products is null ? all : BigInteger.Min(all, lines.Where(line => rule.Products.Contains(line.ProductId)).Aggregate(BigInteger.Zero, (sum, line) => sum + line.Amount));
    }

    // What refunds leave of the basis, as a fraction that is never shortened: basis and goods are so many of one denominator.
    private static (BigInteger Left, BigInteger Whole) Left(RewardRule rule, CreditedConversion sale)
    {
        var whole = Basis(rule, sale.Amount, sale.Tax, sale.Shipping, sale.LineItems);
        if (whole == 0 || sale.Returns.All(back => back.Parts is null))
        {
            return (sale.Amount - sale.Refunded, sale.Amount);
        }

        var (basis, goods, of) = (whole, BigInteger.Max(0, (BigInteger)sale.Amount - sale.Tax - sale.Shipping), BigInteger.One);
        var (amount, tax, shipping) = ((BigInteger)sale.Amount, (BigInteger)sale.Tax, (BigInteger)sale.Shipping);
        var there = sale.LineItems.Select(line => line.ProductId).Distinct().ToDictionary(id => id, id => sale.LineItems.Where(line => line.ProductId == id).Sum(line => line.Amount));
        foreach (var back in sale.Returns)
        {
            if (back.Parts is null)
            {
                var kept = amount - back.Amount;
                (basis, goods, of) = amount == 0 ? (basis, goods, of) : (basis * kept, goods * kept, of * amount);
                amount = kept;
                continue;
            }

            var (backTax, backShipping) = (BigInteger.Min(back.Parts.Tax, tax), BigInteger.Min(back.Parts.Shipping, shipping));
            var came = new List<LineItem>();
            foreach (var line in back.Parts.Lines ?? [])
            {
                var some = Math.Min(line.Amount, there.GetValueOrDefault(line.ProductId));
                there[line.ProductId] = there.GetValueOrDefault(line.ProductId) - some;
                came.Add(new LineItem(line.ProductId, null, 1, some));
            }

            var goodsBack = BigInteger.Max(0, back.Amount - backTax - backShipping);
            var goodsLeft = BigInteger.Max(0, goods - (goodsBack * of));
            if (rule.Products is not null && back.Parts.Lines is null)
            {
                (basis, goods, of) = goods == 0 ? (basis, goods, of) : (basis * goodsLeft, goods * goodsLeft, of * goods);
            }
            else
            {
                (basis, goods) = (BigInteger.Max(0, basis - (Basis(rule, back.Amount, backTax, backShipping, came) * of)), goodsLeft);
            }

            (amount, tax, shipping) = (amount - back.Amount, tax - backTax, shipping - backShipping);
        }

        return amount == 0 ? (0, 1) : (basis, whole * of);
    }

    private static BigInteger Price(RewardRule rule, List<(CreditedConversion Of, long Partner, BigInteger Basis, BigInteger Share, BigInteger[] Weights, List<int> Own)> meant, int i)
    {
        if (rule.Kind is "discount" or "access")
        {
            return 1;
        }

        var one = meant[i];
        BigInteger own = rule.Kind == "percentage" ? rule.BasisPoints : rule.Amount;
        var value = own;
        if (rule.Tiers is { } tiers)
        {
            var peers = meant.Where(other => other.Partner == one.Partner && IsSame(tiers.Period, other.Of, one.Of)).ToList();
            var upTo = tiers.Mode == "retroactive" ? peers : peers.Take(peers.IndexOf(one) + 1).ToList();
            BigInteger Reach(IEnumerable<(CreditedConversion Of, long Partner, BigInteger Basis, BigInteger Share, BigInteger[] Weights, List<int> Own)> some) =>
                tiers.By == "count" ? some.Count() : some.Aggregate(BigInteger.Zero, (sum, other) => sum + other.Share);

            BigInteger At(BigInteger reach) => tiers.Steps.Where(step => step.From <= reach).Select(step => (step.From, step.Value)).OrderBy(step => step.From).Select(step => (BigInteger)step.Value).LastOrDefault(own);
            if (rule.Kind == "percentage" && tiers is { By: "revenue", Mode: "marginal" })
            {
                var (end, sum) = (Reach(upTo), BigInteger.Zero);
                var start = end - one.Share;
                BigInteger[] bounds = [start, .. tiers.Steps.Select(step => (BigInteger)step.From).Where(from => from > start && from < end).Order(), end];
                for (var b = 1; b < bounds.Length; b++)
                {
                    sum += (bounds[b] - bounds[b - 1]) * At(bounds[b - 1]);
                }

                return Round(sum, 10_000);
            }

            value = At(Reach(upTo));
        }

        return rule.Kind == "percentage" ? Round(one.Share * value, 10_000) : Parts(value * (rule.Event == "lead" ? one.Of.Quantity : 1), one.Weights, one.Own);
    }

    private static bool IsSame(string period, CreditedConversion one, CreditedConversion other) =>
        RewardPeriod.StartOf(period, one.OccurredAtMs) == RewardPeriod.StartOf(period, other.OccurredAtMs);

    // Who has several touches has the parts of all of them.
    private static BigInteger Parts(BigInteger amount, BigInteger[] weights, List<int> own) =>
        own.Aggregate(BigInteger.Zero, (sum, touch) => sum + Part(amount, weights, touch));

    private static BigInteger Part(BigInteger amount, BigInteger[] weights, int index)
    {
        var sum = weights.Aggregate(BigInteger.Add);
        var floors = weights.Select(weight => amount * weight / sum).ToList();
        var more = (int)(amount - floors.Aggregate(BigInteger.Add));
        var lucky = Enumerable.Range(0, weights.Length).OrderByDescending(i => (amount * weights[i]) % sum).ThenBy(i => i).Take(more);
        return floors[index] + (lucky.Contains(index) ? 1 : 0);
    }

    // Twice the number, floored, tells below, at or above the half.
    private static BigInteger Round(BigInteger numerator, BigInteger denominator)
    {
        var floor = numerator / denominator;
        var half = (2 * (numerator - (floor * denominator))).CompareTo(denominator);
        return half > 0 || (half == 0 && floor % 2 == 1) ? floor + 1 : floor;
    }
}
