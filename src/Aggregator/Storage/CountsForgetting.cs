using Microsoft.Data.Sqlite;

namespace LinkTracker.Aggregator.Storage;

/// <summary>Drops what is kept for a while only.</summary>
internal sealed class CountsForgetting(CountsDatabase database)
{
    // Small enough to keep a transaction short, large enough to forget a busy hour at once.
    private const int RowsAtOnce = 200;

    /// <summary>Drops the blocks whose clicks are all older than the time, and empties what went to quarantine before it.</summary>
    public ForgottenClicks Forget(DateTimeOffset before)
    {
        // A connection of its own: the writer's belongs to the thread that counts.
        using var connection = database.Connect();
        return new ForgottenClicks(
            Run(connection, "DELETE FROM click_blocks WHERE id IN (SELECT id FROM click_blocks WHERE last_time < @before LIMIT @most)", before),

            // The row stays: it declares a loss.
            Run(connection, "UPDATE quarantine SET bytes = x'' WHERE id IN (SELECT id FROM quarantine WHERE at < @before AND length(bytes) > 0 LIMIT @most)", before));
    }

    private static int Run(SqliteConnection connection, string sql, DateTimeOffset before)
    {
        using var command = connection.Prepare(sql, "@before", "@most");
        var changed = 0;
        for (var last = RowsAtOnce; last == RowsAtOnce; changed += last)
        {
            last = command.With(before.ToUnixTimeMilliseconds(), RowsAtOnce).ExecuteNonQuery();
        }

        return changed;
    }
}

/// <param name="Blocks">Blocks of single clicks that were dropped.</param>
/// <param name="Quarantined">Ranges in quarantine whose bytes were dropped.</param>
internal readonly record struct ForgottenClicks(int Blocks, int Quarantined);
