using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Links;

namespace LinkTracker.Aggregator.Imports;

/// <summary>Reads links from JSON Lines, one object a line.</summary>
internal static class JsonRows
{
    public static IEnumerable<ImportItem> Read(Stream stream)
    {
        var lines = new LineReader(stream);
        for (var row = 1L; lines.TryRead(out var line); row++)
        {
            if (lines.IsTooLong)
            {
                yield return new ImportItem(row, null, ImportItem.TooLong);
                yield break;
            }

            // A blank line, with or without its carriage return, is nothing.
            if (line.Span.ContainsAnyExcept(" \t\r"u8))
            {
                yield return ToItem(row, line);
            }
        }
    }

    private static ImportItem ToItem(long row, ReadOnlyMemory<byte> line)
    {
        try
        {
            if (line.Span.Contains((byte)0))
            {
                return new ImportItem(row, null, "has a NUL byte; remove it.");
            }

            var body = Body<LinkRequest>.Parse(line);
            return ImportColumns.FindFault(body.Sent) is { } fault ? new ImportItem(row, null, fault) : new ImportItem(row, body, null);
        }
        catch (ApiError wrong)
        {
            return new ImportItem(row, null, wrong.Message);
        }
    }
}
