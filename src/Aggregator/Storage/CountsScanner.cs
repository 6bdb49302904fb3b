using LinkTracker.Aggregator.Counting;
using Microsoft.Data.Sqlite;

namespace LinkTracker.Aggregator.Storage;

/// <summary>Reads the single clicks, each call on one snapshot.</summary>
/// <remarks>Safe for many threads at once.</remarks>
internal sealed class CountsScanner(CountsDatabase database, ILogger logger)
{
    private readonly ClickBlockVisitor _visitor = new(logger);

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
        using var data = connection.Prepare("SELECT partition, edge, epoch, window, sealed, count, data FROM click_blocks WHERE id = @id", "@id");
        using var reader = blocks.ExecuteReader();
        while (reader.Read() && !(scan.IsEnough?.Invoke(reader.GetInt64(1)) ?? false))
        {
            cancellation.ThrowIfCancellationRequested();
            var id = reader.GetInt64(0);
            if (ClickBlockVisitor.MayHold(scan, reader.GetInt64(2), reader.GetInt64(3))
                && ClickBlockVisitor.MayHold(scan, () => (byte[])filter.With(id).ExecuteScalar()!))
            {
                _visitor.Visit(Read(data, id), scan, visit);
            }
        }
    }

    private static StoredBlock Read(SqliteCommand data, long id)
    {
        using var reader = data.With(id).ExecuteReader();
        reader.Read();
        return new StoredBlock(
            id,
            new LogKey(reader.GetInt32(0), (ulong)reader.GetInt64(1), (ulong)reader.GetInt64(2)),
            reader.GetInt64(3),
            reader.GetInt64(4) == 1,
            reader.GetInt64(5),
            reader.GetFieldValue<byte[]>(6));
    }
}
