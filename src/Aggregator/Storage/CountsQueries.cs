using System.Text.Json.Serialization;
using LinkTracker.Aggregator.Counting;

namespace LinkTracker.Aggregator.Storage;

internal enum RollupSplit
{
    /// <summary>By value only.</summary>
    None,

    /// <summary>By value and hour.</summary>
    Hour,

    /// <summary>By value and time, in days where a whole UTC day is asked for and in hours around them.</summary>
    Day,

    /// <summary>By value and link.</summary>
    Link,
}

/// <summary>What sums to read.</summary>
internal sealed record RollupQuery
{
    /// <summary>The links to sum; null: all.</summary>
    public IReadOnlyCollection<long>? Links { get; init; }

    public Dimension Dimension { get; init; }

    /// <summary>The first hour since 1970, UTC.</summary>
    public required long FromHour { get; init; }

    /// <summary>The hour behind the last.</summary>
    public required long ToHour { get; init; }

    public RollupSplit Split { get; init; }
}

/// <param name="LinkId">0 unless split by link.</param>
/// <param name="StartMs">Unix milliseconds at which the hour or day begins; 0 unless split by time.</param>
internal readonly record struct RollupRow(long LinkId, long StartMs, string Value, ClickTally Tally);

/// <summary>Always <c>Applied = Raw</c>, at every reading.</summary>
/// <param name="Applied">Clicks counted, as the positions of the logs tell.</param>
/// <param name="Raw">Clicks in the sums of all links together.</param>
internal sealed record CountsAudit([property: JsonPropertyName("applied")] long Applied, [property: JsonPropertyName("raw")] long Raw);

/// <summary>Which single clicks to visit.</summary>
internal sealed record ClickScan
{
    /// <summary>Unix milliseconds, inclusive.</summary>
    public required long FromMs { get; init; }

    /// <summary>Unix milliseconds, exclusive.</summary>
    public required long ToMs { get; init; }

    /// <summary>The hours whose clicks to visit, since 1970, UTC; null: all of the span.</summary>
    public IReadOnlySet<long>? Hours { get; init; }

    /// <summary>The links whose clicks to visit; null: all.</summary>
    public IReadOnlySet<long>? Links { get; init; }

    /// <summary>Whether blocks come in the order of their newest click, the newest first; else of their oldest, the oldest first.</summary>
    public bool NewestFirst { get; init; }

    /// <summary>
    /// Asked before each block with the time, in Unix milliseconds, by which blocks are ordered: no click of this block
    /// or a later one is beyond it. True ends the scan.
    /// </summary>
    public Func<long, bool>? IsEnough { get; init; }
}

/// <summary>Sees one click; its texts are gone afterwards.</summary>
internal delegate void ClickVisit(in StoredClick click);
