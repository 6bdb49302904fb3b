using LinkTracker.Aggregator.Counting;

namespace LinkTracker.Aggregator.Storage.Postgres;

/// <summary>Keeps the single clicks of a batch.</summary>
internal sealed class PostgresBlocks(PostgresTransaction transaction, int partition, ClickBlockSealer sealer)
{
    // Some megabytes of clicks in one statement.
    private const int RowsAtOnce = 32;

    public void Store(CountBatch batch)
    {
        foreach (var some in sealer.Rows(batch.Parts, TakeOpen).Chunk(RowsAtOnce))
        {
            Insert(some);
        }
    }

    private List<OpenBlock> TakeOpen(LogKey log, long window) => transaction.Query(
        reader => new OpenBlock(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetFieldValue<byte[]>(3)),
        """
        DELETE FROM click_blocks WHERE sealed = 0 AND partition = $1 AND edge = $2 AND epoch = $3 AND log_window < $4
        RETURNING log_window, first_address, count, data
        """,
        partition,
        (long)log.Edge,
        (long)log.Epoch,
        window);

    private void Insert(ClickBlock[] blocks)
    {
        long[] All(Func<ClickPart, long> number) => [.. blocks.Select(block => number(block.Part))];
        transaction.Execute(
            """
            INSERT INTO click_blocks (partition, edge, epoch, log_window, first_address, sealed, first_time, last_time, count, links, data)
            SELECT $1, * FROM unnest(
                $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::smallint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bytea[], $11::bytea[])
            """,
            partition,
            All(part => (long)part.Log.Edge),
            All(part => (long)part.Log.Epoch),
            All(part => part.Window),
            All(part => part.FirstAddress),
            blocks.Select(block => (short)(block.IsSealed ? 1 : 0)).ToArray(),
            All(part => part.FirstTimeMs),
            All(part => part.LastTimeMs),
            All(part => part.Count),
            blocks.Select(block => block.Links).ToArray(),
            blocks.Select(block => block.Data).ToArray());
    }
}
