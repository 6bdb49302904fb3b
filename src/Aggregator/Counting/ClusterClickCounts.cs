using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Storage.Postgres;
using LinkTracker.Aggregator.Storage.Redis;

namespace LinkTracker.Aggregator.Counting;

/// <summary>
/// The counts of the cluster: sums from Redis, where they are within a second of a click; single clicks and quarantine from
/// PostgreSQL, some seconds later.
/// </summary>
internal sealed class ClusterClickCounts(RedisRollups sums, PostgresClicks clicks) : IClickCounts
{
    public Dictionary<LogKey, LogProgress> Positions() => sums.Positions();

    public CountsAudit Audit() => sums.Audit();

    public IReadOnlyCollection<RollupRow> Rollup(RollupQuery query) => sums.Rollup(query);

    public long? FirstHour(IReadOnlyCollection<long>? links) => sums.FirstHour(links);

    public IReadOnlyDictionary<long, LinkClicks> ClicksOf(IReadOnlyCollection<long> links) => sums.ClicksOf(links);

    public void Scan(ClickScan scan, ClickVisit visit, CancellationToken cancellation = default) => clicks.Scan(scan, visit, cancellation);

    public IReadOnlyList<QuarantineEntry> Quarantine(long limit, long offset) => clicks.Quarantine(limit, offset);

    public ForgottenClicks Forget(DateTimeOffset before) => clicks.Forget(before);
}
