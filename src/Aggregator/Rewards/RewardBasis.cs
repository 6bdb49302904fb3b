using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Rewards;

/// <summary>
/// What a rule's rewards are computed from, in minor units of the sale's own currency, and how much of it refunds leave. What went back
/// has a basis just as the sale has: net is without its tax and shipping, and products are its line items.
/// </summary>
internal static class RewardBasis
{
    private static readonly RewardRule Goods = new();

    /// <summary>Null for a sale without the rule's products.</summary>
    public static long? Of(RewardRule rule, CreditedConversion sale) =>
        rule.Products is { } products && !sale.LineItems.Any(item => products.Contains(item.ProductId)) ? null : Of(rule, sale.Amount, new ReturnedParts(sale.Tax, sale.Shipping, sale.LineItems));

    /// <summary>
    /// The part that is left of it after the refunds, in the order in which they occurred. Null: the same part as of the amount, because no
    /// refund says what went back, or because there is no basis.
    /// </summary>
    public static Fraction? Left(RewardRule rule, CreditedConversion sale)
    {
        var whole = Of(rule, sale) ?? 0;
        if (sale.Returns.Count == 0 || whole == 0)
        {
            return null;
        }

        var parts = new PartsLeft(sale);
        var amount = sale.Amount;
        var (basis, goods) = (new Fraction(whole, 1), new Fraction(Of(Goods, sale)!.Value, 1));
        foreach (var back in sale.Returns.Where(back => back.Amount > 0))
        {
            var before = goods;
            if (back.Parts is null)
            {
                // :: 1  Nobody says what it was: the same part of everything.
                var kept = new Fraction(amount - back.Amount, amount);
                (basis, goods) = (basis * kept, goods * kept);
            }
            else
            {
                // :: 2  What it was, as far as that is there. Goods of which nobody says what they were are the same part of every product.
                var taken = parts.Take(back.Parts);
                goods = goods.Without(Of(Goods, back.Amount, taken));
                basis = rule.Products is null || taken.Lines is not null ? basis.Without(Of(rule, back.Amount, taken))
                    : before.IsZero ? basis
                    : basis * (goods / before);
            }

            amount -= back.Amount;
        }

        // :: 3  Who has all of the money back owes nothing, whatever the refunds say that it was for.
        return amount == 0 ? new Fraction(0, 1) : basis / new Fraction(whole, 1);
    }

    private static long Of(RewardRule rule, long amount, ReturnedParts parts)
    {
        var whole = rule.Basis == "gross" ? amount : Math.Max(0, amount - parts.Tax - parts.Shipping);
        return rule.Products is { } products ? Math.Min(whole, parts.Lines!.Where(line => products.Contains(line.ProductId)).Sum(line => line.Amount)) : whole;
    }
}
