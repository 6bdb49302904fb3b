using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Counting;

/// <summary>
/// The counts of an installation, for those who read them: sums by link, dimension, hour and day kept for ever, single clicks kept for
/// a while, and how far each log is counted.
/// </summary>
/// <exception cref="CountsException">From any of these: the counts could not be read now.</exception>
internal interface IClickCounts
{
    Dictionary<LogKey, LogProgress> Positions();

    /// <summary>The same number told twice, by what moved positions and by what reports are read from.</summary>
    CountsAudit Audit();

    IReadOnlyCollection<RollupRow> Rollup(RollupQuery query);

    /// <summary>The first hour since 1970, UTC, with a click of the links, or of any link when null; null when there is none.</summary>
    long? FirstHour(IReadOnlyCollection<long>? links);

    /// <summary>Valid clicks of each link that has some, and the time of the newest.</summary>
    IReadOnlyDictionary<long, LinkClicks> ClicksOf(IReadOnlyCollection<long> links);

    /// <summary>Visits single clicks, those of a log in the order of their addresses within a block.</summary>
    /// <exception cref="OperationCanceledException">Between two blocks.</exception>
    void Scan(ClickScan scan, ClickVisit visit, CancellationToken cancellation = default);

    /// <summary>A part of the quarantine, the newest first.</summary>
    IReadOnlyList<QuarantineEntry> Quarantine(long limit, long offset);

    /// <summary>Forgets single clicks before the time, and the bytes that went to quarantine before it; sums stay.</summary>
    ForgottenClicks Forget(DateTimeOffset before);
}
