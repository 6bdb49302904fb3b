using System.Data.Common;
using LinkTracker.Aggregator.Counting;
using Npgsql;

namespace LinkTracker.Aggregator.Storage.Postgres;

/// <summary>Single clicks and quarantine of all partitions, each reading on one snapshot.</summary>
/// <remarks>Safe for many threads at once.</remarks>
internal sealed class PostgresClicks(NpgsqlDataSource source, ILogger<PostgresClicks> logger)
{
    // Blocks looked at in one go, before any of their clicks is read.
    private const int BlocksAtOnce = 256;

    private readonly ClickBlockVisitor _visitor = new(logger);

    /// <summary>
    /// Visits the stored clicks of a time span, and of some links when they are given: block by block, in the order of
    /// the blocks' times or against it, and in the order of their addresses within a block. A damaged block is left out.
    /// </summary>
    /// <exception cref="CountsException">The counts could not be read now.</exception>
    /// <exception cref="OperationCanceledException">Between two blocks.</exception>
    public void Scan(ClickScan scan, ClickVisit visit, CancellationToken cancellation = default) =>
        Scan(partition: null, scan, visit, cancellation);

    /// <summary>Fills a UTC day with the clicks of a partition that count.</summary>
    public void LoadDay(int partition, long day, VisitorDay visitors) =>
        visitors.Load(day, (scan, visit) => Scan(partition, scan, visit, CancellationToken.None));

    /// <summary>A part of the quarantine, the newest first.</summary>
    public IReadOnlyList<QuarantineEntry> Quarantine(long limit, long offset) => Read("ORDER BY id DESC LIMIT $1 OFFSET $2", limit, offset);

    /// <summary>
    /// Clicks and records of a partition whose bytes are kept, with higher ids than the given one, in the order of their ids. A record
    /// may have a megabyte.
    /// </summary>
    public IReadOnlyList<QuarantineEntry> Replayable(int partition, long after, long most) =>
        Read("WHERE kind IN (1, 2) AND partition = $1 AND id > $2 AND length(bytes) > 0 ORDER BY id LIMIT $3", partition, after, most);

    /// <summary>What was never delivered of a log.</summary>
    public IReadOnlyList<QuarantineEntry> Holes(LogKey log) =>
        Read("WHERE kind = 3 AND partition = $1 AND edge = $2 AND epoch = $3 ORDER BY from_address", log.Partition, (long)log.Edge, (long)log.Epoch);

    /// <summary>Drops the blocks whose clicks are all older than the time, and empties what went to quarantine before it.</summary>
    public ForgottenClicks Forget(DateTimeOffset before) => PostgresTransaction.Run(source, () => new PostgresForgetting(source).Forget(before));

    private List<QuarantineEntry> Read(string which, params object[] values) => PostgresTransaction.Run(source, () =>
    {
        using var transaction = PostgresTransaction.ToRead(source);
        return new PostgresQuarantine(transaction).Read(which, values);
    });

    private void Scan(int? partition, ClickScan scan, ClickVisit visit, CancellationToken cancellation) => PostgresTransaction.Run(source, () =>
    {
        using var transaction = PostgresTransaction.ToRead(source);
        transaction.Execute(CursorSql(partition, scan), scan.FromMs, scan.ToMs);
        foreach (var block in Candidates(transaction))
        {
            if (scan.IsEnough?.Invoke(block.OrderMs) ?? false)
            {
                return;
            }

            cancellation.ThrowIfCancellationRequested();
            if (ClickBlockVisitor.MayHold(scan, block.FirstMs, block.LastMs) && ClickBlockVisitor.MayHold(scan, () => block.Links))
            {
                _visitor.Visit(Block(transaction, block.Id), scan, visit);
            }
        }
    });

    // Filters are read only when links are asked for.
    private static string CursorSql(int? partition, ClickScan scan) =>
        $"""
        DECLARE candidates NO SCROLL CURSOR FOR
        SELECT id, {(scan.NewestFirst ? "last_time" : "first_time")}, first_time, last_time, {(scan.Links is null ? "''::bytea" : "links")}
        FROM click_blocks WHERE last_time >= $1 AND first_time < $2 {(partition is { } only ? $"AND partition = {only}" : "")}
        ORDER BY {(scan.NewestFirst ? "last_time DESC, id DESC" : "first_time, id")}
        """;

    private static IEnumerable<Candidate> Candidates(PostgresTransaction transaction)
    {
        List<Candidate> some;
        do
        {
            some = transaction.Query(
                reader => new Candidate(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetFieldValue<byte[]>(4)),
                $"FETCH {BlocksAtOnce} FROM candidates");
            foreach (var candidate in some)
            {
                yield return candidate;
            }
        }
        while (some.Count == BlocksAtOnce);
    }

    private static StoredBlock Block(PostgresTransaction transaction, long id) => transaction.Query(
        reader => BlockOf(id, reader), "SELECT partition, edge, epoch, log_window, sealed, count, data FROM click_blocks WHERE id = $1", id).Single();

    private static StoredBlock BlockOf(long id, DbDataReader reader) => new(
        id,
        new LogKey(reader.GetInt32(0), (ulong)reader.GetInt64(1), (ulong)reader.GetInt64(2)),
        reader.GetInt64(3),
        reader.GetInt16(4) == 1,
        reader.GetInt64(5),
        reader.GetFieldValue<byte[]>(6));

    /// <param name="OrderMs">The time by which the scan orders its blocks.</param>
    private readonly record struct Candidate(long Id, long OrderMs, long FirstMs, long LastMs, byte[] Links);
}
