namespace LinkTracker.Edge.Clicks;

/// <summary>Counts what a log holds, without handing it out.</summary>
internal static class LogScan
{
    /// <summary>Moves the cursor to the limit.</summary>
    /// <returns>
    /// The address behind the last click that was found, and behind the last bytes that are more than zeros; where the
    /// cursor began when there were none.
    /// </returns>
    public static (long Clicks, long Bytes) Advance(LogCursor cursor, string folder, ulong epoch, LogShape shape, long limit)
    {
        using var reader = new SegmentReader(folder, epoch, shape);
        var end = (Clicks: cursor.Address, Bytes: cursor.Address);
        while (reader.TryRead(cursor, limit, out var item))
        {
            if (item.Damage is null)
            {
                end = (cursor.Address, cursor.Address);
            }
            else if (item.Damage.Bytes.Span.ContainsAnyExcept((byte)0))
            {
                end.Bytes = cursor.Address;
            }
        }

        return end;
    }
}
