using System.Text;
using System.Text.Unicode;
using CsvHelper;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Links;

namespace LinkTracker.Aggregator.Imports;

/// <summary>Reads links from CSV (RFC 4180) with a header, row by row, in memory that does not grow with the file.</summary>
internal static class CsvRows
{
    private static readonly CsvReaderOptions Rules = new()
    {
        Separator = ',',
        HasHeader = false,
        SkipEmptyLines = false,
        DetectSeparatorHint = false,
        MalformedData = CsvMalformedDataHandling.Throw,
        MaxRecordSize = ImportItem.MaxLength,
        Encoding = Encoding.UTF8,
    };

    public static IEnumerable<ImportItem> Read(Stream stream)
    {
        using var reader = CsvReader.Create(stream, Rules, leaveOpen: true);
        string[]? header = null;
        for (var row = 1L; TryRead(reader, out var fault); row++)
        {
            if ((fault ?? FindBrokenText(reader.RawRecord)) is { } broken)
            {
                yield return new ImportItem(row, null, broken);
                if (fault is not null || header is null)
                {
                    // Where the next row begins, or what its cells mean, is not known any more.
                    yield break;
                }
            }
            else if (header is null)
            {
                header = Header(reader);
                if (ImportColumns.FindFault(header) is { } wrong)
                {
                    yield return new ImportItem(row, null, wrong);
                    yield break;
                }
            }
            else if (!reader.RawRecord.IsEmpty)
            {
                yield return ToItem(reader, header, row);
            }
        }

        if (header is null)
        {
            yield return new ImportItem(1, null, "the upload is empty; send a header and rows.");
        }
    }

    /// <summary>False at the end. A row that breaks the format is true, with its fault.</summary>
    private static bool TryRead(CsvReader reader, out string? fault)
    {
        fault = null;
        try
        {
            return reader.Read();
        }
        catch (CsvFormatException wrong)
        {
            fault = "cannot be read as CSV: " + wrong.Message;
            return true;
        }
    }

    private static string? FindBrokenText(ReadOnlySpan<byte> row) => row switch
    {
        _ when row.Contains((byte)0) => "has a NUL character; remove it.",
        _ when !Utf8.IsValid(row) => "has bytes that are not UTF-8; save the file as UTF-8.",
        _ => null,
    };

    private static string[] Header(CsvReader reader) => [.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetString(i).Trim())];

    private static ImportItem ToItem(CsvReader reader, string[] header, long row)
    {
        if (reader.FieldCount != header.Length)
        {
            return new ImportItem(row, null, $"has {reader.FieldCount} cells, the header has {header.Length}.");
        }

        var link = new LinkRequest();
        var sent = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            for (var i = 0; i < header.Length; i++)
            {
                // An empty cell is a field left out.
                if (reader.GetString(i) is { Length: > 0 } cell)
                {
                    ImportColumns.Set(link, header[i], cell);
                    sent.Add(header[i]);
                }
            }
        }
        catch (ApiError wrong)
        {
            return new ImportItem(row, null, wrong.Message);
        }

        return new ImportItem(row, new Body<LinkRequest>(link, sent), null);
    }
}
