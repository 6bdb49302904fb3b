using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Edge.Shipping;

/// <summary>A slice of the log whose records were handed to Kafka's client.</summary>
/// <param name="log">What is kept of the log that it comes from.</param>
/// <param name="end">The place in the log behind it.</param>
/// <param name="partitions">Where a record of it goes; each once.</param>
internal sealed class OutstandingSlice(ShippedFile log, ClickPosition end, IReadOnlyList<int> partitions)
{
    public ShippedFile Log { get; } = log;

    public ClickPosition End { get; } = end;

    public IReadOnlyList<int> Partitions { get; } = partitions;

    /// <summary>Records that were not acknowledged yet; <see cref="InFlight"/> counts them.</summary>
    public int Left { get; set; } = partitions.Count;
}
