using Npgsql;

namespace LinkTracker.Aggregator.Storage.Postgres;

/// <summary>Drops what is kept for a while only.</summary>
internal sealed class PostgresForgetting(NpgsqlDataSource source)
{
    // Small enough to keep a transaction short, large enough to forget a busy hour at once.
    private const int RowsAtOnce = 200;

    /// <summary>Drops the blocks whose clicks are all older than the time, and empties what went to quarantine before it.</summary>
    public ForgottenClicks Forget(DateTimeOffset before) => new(
        // Rows that a counter holds just now are left for the next time: nobody waits for anybody.
        Run("DELETE FROM click_blocks WHERE id = ANY(ARRAY(SELECT id FROM click_blocks WHERE last_time < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))", before),

        // The row stays: it declares a loss.
        Run("UPDATE quarantine SET bytes = ''::bytea WHERE id = ANY(ARRAY(SELECT id FROM quarantine WHERE at < $1 AND length(bytes) > 0 LIMIT $2 FOR UPDATE SKIP LOCKED))", before));

    private int Run(string sql, DateTimeOffset before)
    {
        var changed = 0;
        for (var last = RowsAtOnce; last == RowsAtOnce; changed += last)
        {
            using var transaction = PostgresTransaction.ToWrite(source);
            last = transaction.Execute(sql, before.ToUnixTimeMilliseconds(), RowsAtOnce);
            transaction.Commit();
        }

        return changed;
    }
}
