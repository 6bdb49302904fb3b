namespace LinkTracker.Aggregator.Money;

/// <summary>What a single amount may be.</summary>
internal static class Amounts
{
    /// <summary>Minor units: far above any invoice or reward, and so far below 64 bits that sums of millions stay inside them.</summary>
    public const long Max = 1_000_000_000_000;
}
