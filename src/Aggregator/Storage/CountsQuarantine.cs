using LinkTracker.Aggregator.Counting;
using Microsoft.Data.Sqlite;

namespace LinkTracker.Aggregator.Storage;

/// <summary>Keeps what could not be counted, and lets go of what was counted after all.</summary>
internal sealed class CountsQuarantine(SqliteConnection connection, TimeProvider clock) : IDisposable
{
    private readonly SqliteCommand _insert = connection.Prepare(
        """
        INSERT INTO quarantine (partition, edge, epoch, from_address, to_address, missing, is_click, at, reason, bytes)
        VALUES (@p, @e, @i, @f, @t, @m, @c, @n, @r, @b)
        """,
        "@p", "@e", "@i", "@f", "@t", "@m", "@c", "@n", "@r", "@b");

    private readonly SqliteCommand _delete = connection.Prepare("DELETE FROM quarantine WHERE id = @id", "@id");

    /// <exception cref="PositionMovedException">What the batch counted is no longer in quarantine.</exception>
    public void Store(CountBatch batch, SqliteTransaction transaction)
    {
        _insert.Transaction = transaction;
        _delete.Transaction = transaction;
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var range in batch.Quarantine)
        {
            _insert.With(
                range.Log.Partition, (long)range.Log.Edge, (long)range.Log.Epoch, range.From, range.To, range.Missing, (long)range.Kind, now, range.Reason, range.Bytes)
                .ExecuteNonQuery();
        }

        foreach (var id in batch.Replayed)
        {
            if (_delete.With(id).ExecuteNonQuery() != 1)
            {
                throw new PositionMovedException($"Entry {id} is not in quarantine any more.");
            }
        }
    }

    public void Dispose()
    {
        _insert.Dispose();
        _delete.Dispose();
    }
}
