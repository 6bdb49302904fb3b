using LinkTracker.Aggregator.Counting;

namespace LinkTracker.Aggregator.Storage.Postgres;

/// <summary>Adds the numbers of a batch to those that are stored. A number that does not fit 63 bits fails the whole batch.</summary>
internal sealed class PostgresRollups(PostgresTransaction transaction, int partition)
{
    // Some megabytes of arrays: enough that the statement is what takes the time, and the server keeps them in memory.
    private const int RowsAtOnce = 20_000;

    public const string Tallies = "raw, valid, unique_visitors, head, prefetch, link_preview, bot, duplicate";

    public void Add(CountBatch batch)
    {
        var hours = CountRows.Hours(batch);
        Add("click_hours", hours);
        Add("click_days", CountRows.Days(hours));
        SetLastClicks(batch);
    }

    private void Add(string table, IEnumerable<KeyValuePair<CountKey, ClickTally>> rows)
    {
        foreach (var some in rows.Chunk(RowsAtOnce))
        {
            long[] All(Func<ClickTally, long> number) => [.. some.Select(row => number(row.Value))];
            transaction.Execute(
                $"""
                INSERT INTO {table} AS stored (partition, dimension, link_id, bucket, value, {Tallies})
                SELECT $1, * FROM unnest(
                    $2::smallint[], $3::bigint[], $4::bigint[], $5::text[],
                    $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[])
                ON CONFLICT (partition, dimension, link_id, bucket, value) DO UPDATE SET
                    raw = stored.raw + excluded.raw, valid = stored.valid + excluded.valid,
                    unique_visitors = stored.unique_visitors + excluded.unique_visitors, head = stored.head + excluded.head,
                    prefetch = stored.prefetch + excluded.prefetch, link_preview = stored.link_preview + excluded.link_preview,
                    bot = stored.bot + excluded.bot, duplicate = stored.duplicate + excluded.duplicate
                """,
                partition,
                some.Select(row => (short)row.Key.Dimension).ToArray(),
                some.Select(row => row.Key.LinkId).ToArray(),
                some.Select(row => row.Key.Hour).ToArray(),
                some.Select(row => row.Key.Value).ToArray(),
                All(tally => tally.Raw),
                All(tally => tally.Valid),
                All(tally => tally.Unique),
                All(tally => tally.Head),
                All(tally => tally.Prefetch),
                All(tally => tally.LinkPreview),
                All(tally => tally.Bot),
                All(tally => tally.Duplicate));
        }
    }

    private void SetLastClicks(CountBatch batch)
    {
        foreach (var some in batch.LastClicks.OrderBy(row => row.Key).Chunk(RowsAtOnce))
        {
            transaction.Execute(
                """
                INSERT INTO last_clicks AS stored (partition, link_id, at) SELECT $1, * FROM unnest($2::bigint[], $3::bigint[])
                ON CONFLICT (partition, link_id) DO UPDATE SET at = excluded.at WHERE stored.at < excluded.at
                """,
                partition,
                some.Select(row => row.Key).ToArray(),
                some.Select(row => row.Value).ToArray());
        }
    }
}
