namespace LinkTracker.Edge.Clicks;

/// <summary>
/// What clicks are appended to at the moment. When no log could be opened it has neither epoch nor buffer, and only
/// counts what it has to turn away.
/// </summary>
internal sealed class LiveLog(LaneSet lanes, Epoch? epoch, AppendBuffer? buffer)
{
    private volatile bool _isWritable = buffer is not null;

    public LaneSet Lanes { get; } = lanes;

    public Epoch? Epoch { get; } = epoch;

    public AppendBuffer? Buffer { get; } = buffer;

    public bool IsWritable => _isWritable;

    /// <summary>
    /// Appends an entry whose click stands behind the room for the header. False when there is no room or no log. A thread
    /// that is late, on a log that has just failed, may still get true: such clicks are declared lost when it is closed.
    /// </summary>
    public bool TryAppend(Lane lane, Span<byte> entry)
    {
        if (!_isWritable || !Buffer!.TryReserve(entry.Length, out var address))
        {
            return false;
        }

        // Counted before it is shown, so that never more is durable than was appended.
        lane.Enqueue();
        ClickEnvelope.Seal(entry, Epoch!.Id, lane.Id, (ulong)lane.Enqueued, address);
        Buffer.Fill(address, entry);
        return true;
    }

    public void Shut() => _isWritable = false;
}
