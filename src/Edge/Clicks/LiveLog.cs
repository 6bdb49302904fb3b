namespace LinkTracker.Edge.Clicks;

/// <summary>
/// What clicks are appended to at the moment. When no log could be opened it has neither epoch nor buffer, and only
/// counts what it has to turn away.
/// </summary>
internal sealed class LiveLog(LaneSet lanes, Epoch? epoch, AppendBuffer? buffer)
{
    private const int Closed = 1;
    private const int Full = 2;

    /// <summary>What keeps clicks out; 0 lets them in. One number, so that one look tells.</summary>
    private int _barriers = buffer is null ? Closed : 0;

    public LaneSet Lanes { get; } = lanes;

    public Epoch? Epoch { get; } = epoch;

    public AppendBuffer? Buffer { get; } = buffer;

    /// <summary>Whether clicks are taken.</summary>
    public bool IsWritable => Volatile.Read(ref _barriers) == 0;

    /// <summary>Whether there is a log that the disk still takes.</summary>
    public bool IsOpen => (Volatile.Read(ref _barriers) & Closed) == 0;

    /// <summary>
    /// Appends an entry whose click stands behind the room for the header. False when there is no room or no log. A thread
    /// that is late, on a log that has just failed, may still get true: such clicks are declared lost when it is closed.
    /// </summary>
    public bool TryAppend(Lane lane, Span<byte> entry)
    {
        if (!IsWritable || !Buffer!.TryReserve(entry.Length, out var address))
        {
            return false;
        }

        // Counted before it is shown, so that never more is durable than was appended.
        lane.Enqueue();
        ClickEnvelope.Seal(entry, Epoch!.Id, lane.Id, (ulong)lane.Enqueued, address);
        Buffer.Fill(address, entry);
        return true;
    }

    public void Shut() => Interlocked.Or(ref _barriers, Closed);

    /// <summary>Keeps clicks out while too many wait for their reader.</summary>
    public void SetFull(bool isFull) => _ = isFull ? Interlocked.Or(ref _barriers, Full) : Interlocked.And(ref _barriers, ~Full);
}
