namespace LinkTracker.Aggregator.Storage;

/// <summary>The stored position is not the one a batch was made for.</summary>
/// <param name="fence">Under which it is stored, where positions have one.</param>
internal sealed class PositionMovedException(string message, long fence = 0) : Exception(message)
{
    public long Fence { get; } = fence;
}
