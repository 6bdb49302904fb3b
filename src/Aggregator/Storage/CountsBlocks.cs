using LinkTracker.Aggregator.Counting;
using Microsoft.Data.Sqlite;

namespace LinkTracker.Aggregator.Storage;

/// <summary>Keeps the single clicks of a batch.</summary>
internal sealed class CountsBlocks(SqliteConnection connection, ILogger logger) : IDisposable
{
    private readonly SqliteCommand _insert = connection.Prepare(
        """
        INSERT INTO click_blocks (partition, edge, epoch, window, first_address, sealed, first_time, last_time, count, links, data)
        VALUES (@p, @e, @i, @w, @a, @s, @from, @to, @c, @l, @d)
        """,
        "@p", "@e", "@i", "@w", "@a", "@s", "@from", "@to", "@c", "@l", "@d");

    private readonly SqliteCommand _takeOpen = connection.Prepare(
        """
        DELETE FROM click_blocks WHERE sealed = 0 AND partition = @p AND edge = @e AND epoch = @i AND window < @w
        RETURNING window, first_address, count, data
        """,
        "@p", "@e", "@i", "@w");

    private readonly ClickBlockSealer _sealer = new(logger);

    public void Store(CountBatch batch, SqliteTransaction transaction)
    {
        _insert.Transaction = transaction;
        _takeOpen.Transaction = transaction;
        foreach (var block in _sealer.Rows(batch.Parts, TakeOpen))
        {
            Insert(block);
        }
    }

    public void Dispose()
    {
        _insert.Dispose();
        _takeOpen.Dispose();
    }

    private List<OpenBlock> TakeOpen(LogKey log, long window)
    {
        var blocks = new List<OpenBlock>();
        using var reader = _takeOpen.With(log.Partition, (long)log.Edge, (long)log.Epoch, window).ExecuteReader();
        while (reader.Read())
        {
            blocks.Add(new OpenBlock(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetFieldValue<byte[]>(3)));
        }

        return blocks;
    }

    private void Insert(ClickBlock block)
    {
        var part = block.Part;
        _insert.With(
            part.Log.Partition,
            (long)part.Log.Edge,
            (long)part.Log.Epoch,
            part.Window,
            part.FirstAddress,
            block.IsSealed ? 1 : 0,
            part.FirstTimeMs,
            part.LastTimeMs,
            part.Count,
            block.Links,
            block.Data).ExecuteNonQuery();
    }
}
