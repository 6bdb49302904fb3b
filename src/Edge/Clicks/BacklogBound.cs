namespace LinkTracker.Edge.Clicks;

/// <summary>
/// Keeps what waits for its reader from filling the disk: beyond the limit new clicks are declared lost, which is honest, while a full
/// disk would also take the room for everything else.
/// </summary>
/// <remarks>Looked at each second by the housekeeper; so the limit may be passed by the clicks of a second.</remarks>
internal sealed class BacklogBound(EpochShelf shelf, LogWriter writer, ILogger logger)
{
    private bool _isFull;

    /// <summary>In bytes of the log.</summary>
    public long Limit { get; set; } = long.MaxValue;

    /// <summary>Turns clicks away above the limit, and lets them in again once a sixteenth of it is free.</summary>
    public void Check()
    {
        var waiting = shelf.All.Sum(epoch => Math.Max(0, epoch.Durable - epoch.Progress.Released.Address));
        var isFull = waiting > (_isFull ? Limit - (Limit / 16) : Limit);

        // Each time: a log that was opened meanwhile lets everybody in.
        writer.Current.SetFull(isFull);
        if (isFull != _isFull)
        {
            _isFull = isFull;
            Tell(waiting >> 20);
        }
    }

    private void Tell(long miB)
    {
        if (_isFull)
        {
            Log.BacklogFull(logger, miB);
        }
        else
        {
            Log.BacklogShrunk(logger, miB);
        }
    }
}
