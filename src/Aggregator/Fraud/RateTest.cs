using System.Globalization;
using System.Numerics;

namespace LinkTracker.Aggregator.Fraud;

/// <summary>
/// Whether a share, such as refunds of sales, lies too far above the others' to be chance. The distance is counted in standard
/// deviations of what chance would give, shrunk for those with few trials:
/// <code>
///   p = (K + 1) / (N + 2)                      the others' share, K of N
///   z = (k − n·p) / √((n + m)·p·(1 − p))       of k of n, as if m trials had gone as the others' do
/// </code>
/// It is computed in whole numbers, squared and multiplied out, so that every machine comes to the same: with K' = K + 1 and N' = N + 2,
/// <c>z ≥ t</c> is <c>k·N' &gt; n·K'</c> and <c>(k·N' − n·K')² ≥ t²·(n + m)·K'·(N' − K')</c>.
/// </summary>
internal static class RateTest
{
    // Below these a share says nothing: one refund of three sales is bad luck.
    private const int MinTrials = 20;
    private const int MinHits = 5;
    private const int MinOthersTrials = 100;

    private const int ShrinkingTrials = 20;

    // With a million clicks every difference is more than chance: it has to be large, too.
    private const int MinFactor = 2;

    /// <param name="hits">k, taken as <paramref name="trials"/> at most.</param>
    /// <param name="trials">n.</param>
    /// <param name="othersHits">K.</param>
    /// <param name="othersTrials">N.</param>
    /// <param name="deviations">t.</param>
    public static bool IsFarAbove(long hits, long trials, long othersHits, long othersTrials, long deviations)
    {
        if (trials < MinTrials || hits < MinHits || othersTrials < MinOthersTrials)
        {
            return false;
        }

        BigInteger own = Math.Min(hits, trials);
        BigInteger others = Math.Min(othersHits, othersTrials) + 1;
        var all = (BigInteger)othersTrials + 2;
        var distance = (own * all) - (trials * others);
        return own * all >= MinFactor * trials * others
            && distance * distance >= BigInteger.Pow(deviations, 2) * (trials + ShrinkingTrials) * others * (all - others);
    }

    /// <summary>Such as <c>12 of 40 (30.0 %)</c>.</summary>
    public static string Words(long hits, long trials) =>
        string.Create(CultureInfo.InvariantCulture, $"{hits} of {trials} ({(trials == 0 ? 0 : 100m * Math.Min(hits, trials) / trials):0.0} %)");
}
