namespace LinkTracker.Aggregator.Value;

/// <summary>What a referrer's customers brought in one currency at one rate: sales, and their net in minor units, in all and in the first days.</summary>
internal sealed class CohortNet
{
    public long PartnerId { get; set; }

    public string Currency { get; set; } = "";

    /// <summary>Null when no rate is known.</summary>
    public string? Rate { get; set; }

    public long Sales { get; set; }

    public long Net { get; set; }

    public long Net90 { get; set; }

    public long Net365 { get; set; }
}
