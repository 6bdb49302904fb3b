using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Links;

namespace LinkTracker.Aggregator.Storage.Redis;

/// <summary>
/// Reads sums. Of a partition, a report of usual size sees one moment, between two batches; partitions count independently of one another,
/// so what happens on several of them is seen up to some milliseconds apart.
/// </summary>
/// <param name="partitions">How many there are.</param>
/// <param name="partitionOf">The partition that has the sums of a link.</param>
/// <exception cref="CountsException">From any of these: Redis does not answer, or a partition's counts are being made.</exception>
internal sealed class RedisRollups(RedisConnection redis, int partitions, Func<long, int> partitionOf)
{
    // Links whose hashes are asked for together.
    private const int LinksAtOnce = 256;

    private static readonly long[] AllTogether = [CountKey.AllLinks];

    public Dictionary<LogKey, LogProgress> Positions()
    {
        var positions = new Dictionary<LogKey, LogProgress>();
        RedisRead.Run(redis, Generations().Select(keys => new PartitionRead(keys, [], _ =>
            [new HashRead(keys.Logs, (log, progress) => positions.Add(RedisKeys.LogOf(keys.Partition, log!), StepText.ReadProgress(progress!)))])));
        return positions;
    }

    public CountsAudit Audit()
    {
        var (applied, raw) = (0L, 0L);
        RedisRead.Run(redis, Generations().Select(keys => new PartitionRead(keys, AllTogether, clicked =>
        [
            new HashRead(keys.Logs, (_, progress) => applied += StepText.ReadProgress(progress!).Applied),
            .. clicked.SelectMany(link => new RollupPlan(EverythingOf(link.Value)).Of(keys, link.Key, link.Value, row => raw += row.Tally.Raw)),
        ])));
        return new CountsAudit(applied, raw);
    }

    /// <inheritdoc cref="CountsRollups.Rollup"/>
    public IReadOnlyCollection<RollupRow> Rollup(RollupQuery query)
    {
        var sums = new RollupSums();
        var plan = new RollupPlan(query);
        var links = query.Links is { } asked ? Of(asked)
            : query.Split == RollupSplit.Link ? Clicked(query)
            : Together();
        RedisRead.Run(redis, links.Select(some => new PartitionRead(some.Keys, some.Links, clicked =>
            clicked.SelectMany(link => plan.Of(some.Keys, link.Key, link.Value, sums.Add)))));
        return sums.Rows;
    }

    /// <summary>The first hour with a click of the links, or of all when null; null when there is none.</summary>
    public long? FirstHour(IReadOnlyCollection<long>? links)
    {
        long? first = null;
        ReadEntries(links is null ? Together() : Of(links), (_, entry) =>
            first = Math.Min(first ?? long.MaxValue, entry.FirstHour));
        return first;
    }

    /// <inheritdoc cref="IClickCounts.ClicksOf"/>
    public Dictionary<long, LinkClicks> ClicksOf(IReadOnlyCollection<long> links)
    {
        var clicks = new Dictionary<long, LinkClicks>();
        ReadEntries(Of(links), (link, entry) => clicks[link] = new LinkClicks(entry.Valid, entry.NewestMs));
        return clicks;
    }

    private void ReadEntries(IEnumerable<(RedisKeys Keys, long[] Links)> links, Action<long, LinkEntry> take) =>
        RedisRead.Run(redis, links.Select(some => new PartitionRead(some.Keys, some.Links, clicked =>
        {
            foreach (var (link, entry) in clicked)
            {
                take(link, entry);
            }

            return [];
        })));

    private RedisKeys[] Generations() => RedisGenerations.Of(redis, [.. Enumerable.Range(0, partitions)]);

    private IEnumerable<(RedisKeys Keys, long[] Links)> Together() => Generations().Select(keys => (keys, AllTogether));

    private IEnumerable<(RedisKeys Keys, long[] Links)> Of(IReadOnlyCollection<long> links)
    {
        var byPartition = links.Distinct().ToLookup(partitionOf);
        return RedisGenerations.Of(redis, [.. byPartition.Select(some => some.Key)])
            .SelectMany(keys => byPartition[keys.Partition].Chunk(LinksAtOnce).Select(some => (keys, some)));
    }

    // Every link that was clicked on one of the days. The generation is looked at again when they are read, so that even of a partition
    // without any it is certain.
    private IEnumerable<(RedisKeys Keys, long[] Links)> Clicked(RollupQuery query)
    {
        var found = Generations().Select(keys => (Keys: keys, Links: new HashSet<long>(), Boards: new List<BoardRead>())).ToList();
        RedisRead.Run(redis, found.Select(some => new PartitionRead(some.Keys, AllTogether, clicked =>
        {
            some.Boards.Clear();
            some.Boards.AddRange(clicked.Values.SelectMany(all => RollupPlan.DaysOf(query, all)).Select(day => new BoardRead(some.Keys.Board(day), some.Links)));
            return [];
        })));
        RedisRead.Run(redis, found.SelectMany(some => some.Boards));
        return found.SelectMany(some => some.Links.Chunk(LinksAtOnce).DefaultIfEmpty([]).Select(links => (some.Keys, links)));
    }

    private static RollupQuery EverythingOf(in LinkEntry entry) => new()
    {
        FromHour = UtcBuckets.DayOfHour(entry.FirstHour) * 24,
        ToHour = (UtcBuckets.DayOfHour(entry.LastHour) + 1) * 24,
    };
}
