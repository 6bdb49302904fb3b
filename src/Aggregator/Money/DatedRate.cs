namespace LinkTracker.Aggregator.Money;

/// <summary>A row of <c>exchange_rates</c>.</summary>
internal sealed class DatedRate
{
    public string Currency { get; set; } = "";

    /// <summary>A day, ISO 8601.</summary>
    public string ValidOn { get; set; } = "";

    /// <summary>What one unit of the currency is worth in the reporting currency, a decimal without an exponent.</summary>
    public string Rate { get; set; } = "";

    public string Source { get; set; } = "";
}

/// <summary>An amount in another currency.</summary>
/// <param name="Amount">Minor units of that.</param>
/// <param name="By">The rate that was used; null when the currencies are the same.</param>
internal sealed record Exchanged(long Amount, DatedRate? By);
