using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;
using Microsoft.Data.Sqlite;

namespace LinkTracker.Aggregator.Counting;

/// <summary>
/// The counts of an installation: sums by link, dimension, hour and day kept for ever, single clicks kept for a while,
/// and how far each log is counted. One writer, any number of readers.
/// </summary>
internal sealed class ClickCounts : IDisposable
{
    // Small enough to keep a transaction short, large enough to forget a busy hour at once.
    private const int BlocksDroppedAtOnce = 200;

    private readonly CountsDatabase _database;
    private readonly CountsReader _reader;
    private readonly ILogger _logger;
    private CountsWriter _writer;

    private ClickCounts(CountsDatabase database, ILogger logger)
    {
        _database = database;
        _logger = logger;
        _reader = new CountsReader(database);
        _writer = new CountsWriter(database);
    }

    /// <summary>
    /// Opens the file and makes it when it is not there. A damaged one is set aside, and counting begins anew from the log.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is from a newer version.</exception>
    public static ClickCounts Open(string path, TimeProvider clock, ILogger logger)
    {
        var database = new CountsDatabase(path, clock);
        try
        {
            database.Prepare();
        }
        catch (SqliteException exception) when (CountsDatabase.IsDamage(exception))
        {
            Log.CountsDamaged(logger, exception, database.SetAside());
            database.Prepare();
        }

        return new ClickCounts(database, logger);
    }

    public Dictionary<LogKey, LogProgress> Positions() => _reader.Positions();

    public IReadOnlyList<QuarantinedRange> Quarantine() => _reader.Quarantine();

    public IReadOnlyCollection<RollupRow> Rollup(RollupQuery query) => _reader.Rollup(query);

    public long? FirstHour(IReadOnlyCollection<long>? links) => _reader.FirstHour(links);

    /// <summary>Valid clicks of each link that has some, and the time of the newest.</summary>
    public IReadOnlyDictionary<long, LinkClicks> ClicksOf(IReadOnlyCollection<long> links)
    {
        // A century of whole days.
        var all = new RollupQuery { Links = links, FromHour = 0, ToHour = 24L * 36_525, Split = RollupSplit.Link };
        var last = _reader.LastClicks(links);
        return Rollup(all).ToDictionary(
            row => row.LinkId, row => new LinkClicks(row.Tally.Valid, last.TryGetValue(row.LinkId, out var at) ? at : null));
    }

    public void Scan(ClickScan scan, ClickVisit visit) => _reader.Scan(scan, visit);

    /// <summary>Stores the whole batch or nothing of it.</summary>
    /// <exception cref="PositionMovedException">What is stored is not what the batch was made for.</exception>
    public void Commit(CountBatch batch) => _writer.Commit(batch);

    /// <summary>Fills a UTC day with the clicks that count.</summary>
    public void LoadDay(long day, VisitorDay visitors)
    {
        var start = day * UtcBuckets.DayMs;
        Scan(new ClickScan { FromMs = start, ToMs = start + UtcBuckets.DayMs }, (in StoredClick click) =>
        {
            if (click.Disposition == Disposition.Valid)
            {
                visitors.Load(click.Record.Token.LinkId, click.Record.VisitorHash, (int)(click.Record.OccurredAtMs - start));
            }
        });
    }

    /// <summary>Forgets single clicks before the time; sums stay. Returns the number of blocks dropped.</summary>
    public int Forget(DateTimeOffset before)
    {
        // A connection of its own: the writer's belongs to the thread that counts.
        using var connection = _database.Connect();
        using var drop = connection.Prepare(
            "DELETE FROM click_blocks WHERE id IN (SELECT id FROM click_blocks WHERE last_time < @before LIMIT @most)", "@before", "@most");
        var dropped = 0;
        for (var last = BlocksDroppedAtOnce; last == BlocksDroppedAtOnce; dropped += last)
        {
            last = drop.With(before.ToUnixTimeMilliseconds(), BlocksDroppedAtOnce).ExecuteNonQuery();
        }

        return dropped;
    }

    /// <summary>After damage was met at work: sets the file aside and begins a new one, without any position.</summary>
    public void StartOver(SqliteException damage)
    {
        _writer.Dispose();
        Log.CountsDamaged(_logger, damage, _database.SetAside());
        _database.Prepare();
        _writer = new CountsWriter(_database);
    }

    public void Dispose() => _writer.Dispose();
}
