namespace LinkTracker.Aggregator.Imports;

/// <summary>A row of <c>imports</c>.</summary>
internal sealed class ImportRow
{
    public long Id { get; set; }

    /// <summary>The <see cref="UploadFolder.Id"/> of the Aggregator that has the upload, or that took the import over.</summary>
    public string Folder { get; set; } = "";

    public string Format { get; set; } = "";

    public string Status { get; set; } = "";

    public long Bytes { get; set; }

    public long RowCount { get; set; }

    public long Imported { get; set; }

    /// <summary>JSON.</summary>
    public string Errors { get; set; } = "[]";

    public long CreatedAt { get; set; }
}

/// <summary>Another Aggregator ended the import, or took it over, because this one was away for too long.</summary>
internal sealed class ImportTakenException() : Exception("The import was ended or taken over by another Aggregator.");
