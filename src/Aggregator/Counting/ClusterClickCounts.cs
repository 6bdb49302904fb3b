using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Storage.Postgres;
using LinkTracker.Aggregator.Storage.Redis;

namespace LinkTracker.Aggregator.Counting;

/// <summary>The counts of a cluster: sums from Redis, single clicks and the quarantine from PostgreSQL.</summary>
internal sealed class ClusterClickCounts(RedisRollups sums, PostgresClicks clicks, PostgresLinkClicks snapshot) : IClickCounts
{
    public Dictionary<LogKey, LogProgress> Positions() => sums.Positions();

    public CountsAudit Audit() => sums.Audit();

    public IReadOnlyCollection<RollupRow> Rollup(RollupQuery query) => sums.Rollup(query);

    public long? FirstHour(IReadOnlyCollection<long>? links) => sums.FirstHour(links);

    /// <inheritdoc/>
    /// <remarks>
    /// Every answer that shows a link has its clicks, also one that makes a link or credits a sale. None of them may depend on Redis: while
    /// it is away, they show what the last snapshot has.
    /// </remarks>
    public IReadOnlyDictionary<long, LinkClicks> ClicksOf(IReadOnlyCollection<long> links)
    {
        try
        {
            return sums.ClicksOf(links);
        }
        catch (CountsException)
        {
            return snapshot.ClicksOf(links);
        }
    }

    public void Scan(ClickScan scan, ClickVisit visit, CancellationToken cancellation = default) => clicks.Scan(scan, visit, cancellation);

    public IReadOnlyList<QuarantineEntry> Quarantine(long limit, long offset) => clicks.Quarantine(limit, offset);

    public ForgottenClicks Forget(DateTimeOffset before) => clicks.Forget(before);
}
