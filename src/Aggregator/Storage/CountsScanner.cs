using System.Collections.Concurrent;
using LinkTracker.Aggregator.Counting;
using Microsoft.Data.Sqlite;

namespace LinkTracker.Aggregator.Storage;

/// <summary>Reads the single clicks, each call on one snapshot.</summary>
/// <remarks>Safe for many threads at once.</remarks>
internal sealed class CountsScanner(CountsDatabase database, ILogger logger)
{
    // Said once, not at every report that meets it.
    private readonly ConcurrentDictionary<long, bool> _damaged = [];

    /// <summary>
    /// Visits the stored clicks of a time span, and of some links when they are given: block by block, in the order of
    /// the blocks' times or against it, and in the order of their addresses within a block. A damaged block is left out.
    /// </summary>
    /// <exception cref="OperationCanceledException">Between two blocks.</exception>
    public void Scan(ClickScan scan, ClickVisit visit, CancellationToken cancellation)
    {
        using var connection = database.Connect();
        using var transaction = connection.BeginTransaction(deferred: true);
        using var blocks = connection.CreateCommand();
        blocks.CommandText = $"SELECT id, {(scan.NewestFirst ? "last_time" : "first_time")}, first_time, last_time FROM click_blocks WHERE last_time >= @from AND first_time < @to ORDER BY "
            + (scan.NewestFirst ? "last_time DESC, id DESC" : "first_time, id");
        blocks.Parameters.AddWithValue("@from", scan.FromMs);
        blocks.Parameters.AddWithValue("@to", scan.ToMs);
        using var filter = connection.Prepare("SELECT links FROM click_blocks WHERE id = @id", "@id");
        using var data = connection.Prepare("SELECT sealed, data, edge, epoch, window, count FROM click_blocks WHERE id = @id", "@id");
        using var reader = blocks.ExecuteReader();
        while (reader.Read() && !(scan.IsEnough?.Invoke(reader.GetInt64(1)) ?? false))
        {
            cancellation.ThrowIfCancellationRequested();
            var id = reader.GetInt64(0);
            if (MayHold(reader.GetInt64(2), reader.GetInt64(3), scan.Hours)
                && (scan.Links is not { } links || MayHold((byte[])filter.With(id).ExecuteScalar()!, links)))
            {
                VisitBlock(data, id, scan, visit);
            }
        }
    }

    private static void Visit(ReadOnlySpan<byte> data, long count, ClickScan scan, ClickVisit visit)
    {
        var read = 0L;
        foreach (var click in ClickPart.Read(data))
        {
            read++;
            var time = click.Record.OccurredAtMs;
            if (time >= scan.FromMs && time < scan.ToMs
                && (scan.Hours?.Contains(UtcBuckets.Hour(time)) ?? true)
                && (scan.Links?.Contains(click.Record.Token.LinkId) ?? true))
            {
                visit(click);
            }
        }

        DamagedBlockException.ThrowUnless(read, count);
    }

    private void VisitBlock(SqliteCommand command, long id, ClickScan scan, ClickVisit visit)
    {
        using var reader = command.With(id).ExecuteReader();
        reader.Read();
        try
        {
            var bytes = reader.GetFieldValue<byte[]>(1);
            Visit(reader.GetInt64(0) == 1 ? CountsBlocks.Unpack(bytes) : bytes, reader.GetInt64(5), scan, visit);
        }
        catch (DamagedBlockException exception)
        {
            if (_damaged.TryAdd(id, true))
            {
                Log.BlockDamaged(logger, exception, (ulong)reader.GetInt64(2), (ulong)reader.GetInt64(3), reader.GetInt64(4));
            }
        }
    }

    private static bool MayHold(long firstTimeMs, long lastTimeMs, IReadOnlySet<long>? hours) =>
        hours is null || hours.Any(hour => hour >= UtcBuckets.Hour(firstTimeMs) && hour <= UtcBuckets.Hour(lastTimeMs));

    private static bool MayHold(byte[] filter, IReadOnlySet<long> links)
    {
        foreach (var link in links)
        {
            if (CountsLinkFilter.MayContain(filter, link))
            {
                return true;
            }
        }

        return false;
    }
}
