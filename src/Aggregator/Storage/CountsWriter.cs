using LinkTracker.Aggregator.Counting;
using Microsoft.Data.Sqlite;

namespace LinkTracker.Aggregator.Storage;

/// <summary>
/// Stores batches, each in one transaction: numbers, clicks, quarantine and positions, all or nothing.
/// </summary>
/// <remarks>For one thread at a time; there is one writer in a process.</remarks>
internal sealed class CountsWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly CountsStatement _addHour;
    private readonly CountsStatement _addDay;
    private readonly SqliteCommand _insertPosition;
    private readonly SqliteCommand _movePosition;
    private readonly CountsQuarantine _quarantine;
    private readonly SqliteCommand _lastClick;
    private readonly CountsBlocks _blocks;

    public CountsWriter(CountsDatabase database, ILogger logger)
    {
        _connection = database.Connect();

        // 64 MiB: the rows of a busy hour of a hundred thousand links. The default of 2 MiB makes every upsert read a page.
        _connection.Run("PRAGMA cache_size = -65536");
        _addHour = PrepareUpsert("click_hours");
        _addDay = PrepareUpsert("click_days");
        _insertPosition = _connection.Prepare(
            "INSERT INTO positions (partition, edge, epoch, next, consumed, applied, duplicate_skipped, quarantined) VALUES (@p, @e, @i, @n, @c, @a, @d, @q) ON CONFLICT DO NOTHING",
            "@p", "@e", "@i", "@n", "@c", "@a", "@d", "@q");
        _movePosition = _connection.Prepare(
            """
            UPDATE positions SET next = @n, consumed = @c, applied = @a, duplicate_skipped = @d, quarantined = @q
            WHERE partition = @p AND edge = @e AND epoch = @i AND next = @expected AND consumed = @expectedConsumed
            """,
            "@p", "@e", "@i", "@n", "@c", "@a", "@d", "@q", "@expected", "@expectedConsumed");
        _lastClick = _connection.Prepare(
            "INSERT INTO last_clicks (link_id, at) VALUES (@l, @t) ON CONFLICT DO UPDATE SET at = MAX(at, excluded.at)", "@l", "@t");
        _quarantine = new CountsQuarantine(_connection, database.Clock);
        _blocks = new CountsBlocks(_connection, logger);
    }

    /// <exception cref="PositionMovedException">What is stored is not what the batch was made for; nothing was changed.</exception>
    public void Commit(CountBatch batch)
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        MovePositions(batch, transaction);
        AddCounts(batch);
        SetLastClicks(batch, transaction);
        _blocks.Store(batch, transaction);
        _quarantine.Store(batch, transaction);
        transaction.Commit();
    }

    public void Dispose()
    {
        _addHour.Dispose();
        _addDay.Dispose();
        _insertPosition.Dispose();
        _movePosition.Dispose();
        _quarantine.Dispose();
        _lastClick.Dispose();
        _blocks.Dispose();
        _connection.Dispose();
    }

    // Compare and set: two counters on one file, or one that lost track, must not count anything twice.
    private void MovePositions(CountBatch batch, SqliteTransaction transaction)
    {
        _insertPosition.Transaction = transaction;
        _movePosition.Transaction = transaction;
        foreach (var (log, (before, after)) in batch.Progress)
        {
            var moved = before is { } expected
                ? _movePosition.With(
                    log.Partition, (long)log.Edge, (long)log.Epoch, after.Next, after.Consumed, after.Applied, after.DuplicateSkipped, after.Quarantined, expected.Next, expected.Consumed)
                : _insertPosition.With(
                    log.Partition, (long)log.Edge, (long)log.Epoch, after.Next, after.Consumed, after.Applied, after.DuplicateSkipped, after.Quarantined);
            if (moved.ExecuteNonQuery() != 1)
            {
                throw new PositionMovedException($"The stored position of partition {log.Partition}, edge {log.Edge:x16}, epoch {log.Epoch} is not what this batch was made for ({before}).");
            }
        }
    }

    private void AddCounts(CountBatch batch)
    {
        var hours = CountRows.Hours(batch);
        foreach (var (key, tally) in hours)
        {
            Upsert(_addHour, key, tally);
        }

        foreach (var (key, tally) in CountRows.Days(hours))
        {
            Upsert(_addDay, key, tally);
        }
    }

    private void SetLastClicks(CountBatch batch, SqliteTransaction transaction)
    {
        _lastClick.Transaction = transaction;
        foreach (var (link, at) in batch.LastClicks.OrderBy(row => row.Key))
        {
            _lastClick.With(link, at).ExecuteNonQuery();
        }
    }

    private static void Upsert(CountsStatement statement, in CountKey key, in ClickTally tally) => statement
        .Bind((long)key.Dimension).Bind(key.LinkId).Bind(key.Hour).Bind(key.Value)
        .Bind(tally.Raw).Bind(tally.Valid).Bind(tally.Unique).Bind(tally.Head).Bind(tally.Prefetch).Bind(tally.LinkPreview).Bind(tally.Bot).Bind(tally.Duplicate)
        .Run();

    private CountsStatement PrepareUpsert(string table) => new(_connection,
        $"""
        INSERT INTO {table} (dimension, link_id, bucket, value, raw, valid, unique_visitors, head, prefetch, link_preview, bot, duplicate)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET
            raw = raw + excluded.raw, valid = valid + excluded.valid, unique_visitors = unique_visitors + excluded.unique_visitors,
            head = head + excluded.head, prefetch = prefetch + excluded.prefetch, link_preview = link_preview + excluded.link_preview,
            bot = bot + excluded.bot, duplicate = duplicate + excluded.duplicate
        """);
}
