namespace LinkTracker.Contracts.Clicks;

/// <summary>Where the Aggregator reads clicks from: an Edge's log in the same process, or Kafka.</summary>
public interface IClickSource
{
    /// <summary>
    /// Slices in log order, older incarnations before newer ones, beginning behind the given positions (a log without a
    /// position from its start). Never ends by itself: at the end of the log it waits for more.
    /// </summary>
    IAsyncEnumerable<ClickSlice> ReadAsync(IReadOnlyCollection<ClickPosition> positions, CancellationToken cancellation);

    /// <summary>
    /// Tells that everything up to this position is stored for good, so that the log may forget it after its retention.
    /// </summary>
    void Release(ClickPosition position);
}
