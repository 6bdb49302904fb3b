using LinkTracker.Contracts.IO;

namespace LinkTracker.Edge.Clicks;

/// <summary>Counts what a log holds, without handing it out.</summary>
internal static class LogScan
{
    /// <summary>Moves the cursor to the limit.</summary>
    /// <returns>
    /// The address behind the last click that was found, and behind the last bytes that are more than zeros; where the
    /// cursor began when there were none.
    /// </returns>
    /// <exception cref="IOException">A segment could not be opened or read this time; the cursor is as far as it got.</exception>
    /// <exception cref="UnauthorizedAccessException">A segment may not be opened.</exception>
    public static (long Clicks, long Bytes) Advance(LogCursor cursor, string folder, ulong epoch, LogShape shape, long limit)
    {
        using var reader = new SegmentReader(folder, epoch, shape, new ReadPatience());
        var end = (Clicks: cursor.Address, Bytes: cursor.Address);
        while (TryRead(reader, cursor, limit, out var item))
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

    /// <summary>Asks a failing disk again at once: nobody waits here who could come back later.</summary>
    private static bool TryRead(SegmentReader reader, LogCursor cursor, long limit, out LogItem item)
    {
        while (true)
        {
            try
            {
                return reader.TryRead(cursor, limit, out item);
            }
            catch (IOException e) when (e.HResult == LinuxFile.InputOutputError)
            {
                // The reader's patience ends this.
            }
        }
    }
}
