using LinkTracker.Year.Plan;

namespace LinkTracker.Year.Truth;

/// <summary>The money of a sale: what each of its parts has, and how much of all went back.</summary>
/// <param name="Gross">Of each part, minor units; they add up to the sale's amount.</param>
/// <param name="Back">Of each part's gross.</param>
/// <param name="Refunded">Of the sale, whether anybody is credited or not.</param>
internal sealed record SaleTruth(Credited Sale, long[] Gross, long[] Back, long Refunded)
{
    /// <param name="life">All that is told of the customer.</param>
    public static SaleTruth Of(Credited sale, IReadOnlyList<Told> life)
    {
        var amount = sale.Told.Amount!.Value;
        var gross = Exact.Split(amount, [.. sale.Parts.Select(part => part.Weight)]);
        var back = new long[gross.Length];
        var refunded = 0L;
        foreach (var refund in life.Where(told => told.Invoice == sale.Told.Key).OrderBy(told => told.AtMs))
        {
            // Never more than is left, and of each part in proportion to what it still has.
            var taken = Math.Min(refund.Amount ?? amount, amount - refunded);
            refunded += taken;
            foreach (var (part, i) in Exact.Split(taken, [.. gross.Zip(back, (had, gone) => new System.Numerics.BigInteger(had - gone))]).Select((part, i) => (part, i)))
            {
                back[i] += part;
            }
        }

        return new SaleTruth(sale, gross, back, refunded);
    }
}
