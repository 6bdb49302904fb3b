namespace LinkTracker.Kafka;

/// <summary>The partition does not have the offset that was to be read: it was deleted by retention, or the topic was made anew.</summary>
/// <param name="offset">Where reading was to go on.</param>
public sealed class OffsetOutOfRangeException(long offset) : Exception($"The partition has no record at offset {offset} any more, nor is that its end.")
{
    public long Offset { get; } = offset;
}
