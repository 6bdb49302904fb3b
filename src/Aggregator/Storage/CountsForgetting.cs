namespace LinkTracker.Aggregator.Storage;

/// <summary>Drops what is kept for a while only.</summary>
internal sealed class CountsForgetting(CountsDatabase database)
{
    // Small enough to keep a transaction short, large enough to forget a busy hour at once.
    private const int BlocksAtOnce = 200;

    /// <summary>Drops the blocks whose clicks are all older than the time. Returns how many.</summary>
    public int Forget(DateTimeOffset before)
    {
        // A connection of its own: the writer's belongs to the thread that counts.
        using var connection = database.Connect();
        using var drop = connection.Prepare(
            "DELETE FROM click_blocks WHERE id IN (SELECT id FROM click_blocks WHERE last_time < @before LIMIT @most)", "@before", "@most");
        var dropped = 0;
        for (var last = BlocksAtOnce; last == BlocksAtOnce; dropped += last)
        {
            last = drop.With(before.ToUnixTimeMilliseconds(), BlocksAtOnce).ExecuteNonQuery();
        }

        return dropped;
    }
}
