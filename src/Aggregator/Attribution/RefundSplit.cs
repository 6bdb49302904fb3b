namespace LinkTracker.Aggregator.Attribution;

/// <param name="Key">The business key.</param>
/// <param name="OccurredAtMs">Unix milliseconds.</param>
/// <param name="Amount">Minor units as asked for; null: all that is left.</param>
internal sealed record Refund(string Key, long OccurredAtMs, long? Amount);

/// <param name="Applied">What of it took effect, minor units.</param>
/// <param name="Parts">What each credit gives of it, in the order of the credits; they add up to <paramref name="Applied"/>.</param>
internal sealed record AppliedRefund(Refund Refund, long Applied, IReadOnlyList<long> Parts);

/// <summary>
/// Takes refunds from the credits of a sale, in the order in which they happened, whatever the order in which they were told. Each is
/// divided in proportion to what its credits still have, and never takes more than that.
/// </summary>
internal static class RefundSplit
{
    /// <param name="amount">Of the sale, minor units.</param>
    /// <param name="credits">The credits' parts of it, which add up to it; empty when nobody is credited.</param>
    /// <returns>The refunds in the order in which they happened.</returns>
    public static IReadOnlyList<AppliedRefund> Of(long amount, IReadOnlyList<long> credits, IReadOnlyList<Refund> refunds)
    {
        if (refunds.Count == 0)
        {
            return [];
        }

        long[] left = [.. credits];
        var applied = new List<AppliedRefund>(refunds.Count);
        foreach (var refund in refunds.OrderBy(refund => refund.OccurredAtMs).ThenBy(refund => refund.Key, StringComparer.Ordinal))
        {
            var taken = Math.Min(refund.Amount ?? amount, amount);
            amount -= taken;
            var parts = Apportionment.Split(left.Length == 0 ? 0 : taken, left);
            for (var i = 0; i < parts.Length; i++)
            {
                left[i] -= parts[i];
            }

            applied.Add(new AppliedRefund(refund, taken, parts));
        }

        return applied;
    }
}
