using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Counting;

/// <summary>The counts in a file of the data folder. One writer, any number of readers.</summary>
internal sealed class SqliteClickCounts : IClickCounts, IDisposable
{
    private readonly CountsDatabase _database;
    private readonly CountsReader _reader;
    private readonly CountsRollups _rollups;
    private readonly CountsScanner _scanner;
    private readonly ILogger _logger;
    private CountsWriter? _writer;
    private CountsException? _damage;

    private SqliteClickCounts(CountsDatabase database, ILogger logger)
    {
        _database = database;
        _logger = logger;
        _reader = new CountsReader(database);
        _rollups = new CountsRollups(database);
        _scanner = new CountsScanner(database, logger);
    }

    /// <summary>
    /// Opens the file and makes it when it is not there. A damaged one is set aside, and counting begins anew from the log.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is from a newer version.</exception>
    public static SqliteClickCounts Open(string path, TimeProvider clock, ILogger logger)
    {
        var counts = new SqliteClickCounts(new CountsDatabase(path, clock), logger);
        try
        {
            counts.Resume();
        }
        catch (CountsException exception) when (exception.IsDamage)
        {
            counts.StartOver(exception);
            counts.Resume();
        }

        return counts;
    }

    public Dictionary<LogKey, LogProgress> Positions() => CountsDatabase.Run(_reader.Positions);

    public IReadOnlyList<QuarantineEntry> Quarantine(long limit, long offset) => CountsDatabase.Run(() => _reader.Quarantine(limit, offset));

    /// <summary>Clicks in quarantine that may be read by now, with higher ids than the given one, in the order of their ids.</summary>
    public IReadOnlyList<QuarantineEntry> Replayable(long after, long most) => CountsDatabase.Run(() => _reader.Replayable(after, most));

    public CountsAudit Audit() => CountsDatabase.Run(_reader.Audit);

    public IReadOnlyCollection<RollupRow> Rollup(RollupQuery query) => CountsDatabase.Run(() => _rollups.Rollup(query));

    public long? FirstHour(IReadOnlyCollection<long>? links) => CountsDatabase.Run(() => _rollups.FirstHour(links));

    public IReadOnlyDictionary<long, LinkClicks> ClicksOf(IReadOnlyCollection<long> links)
    {
        // A century of whole days.
        var all = new RollupQuery { Links = links, FromHour = 0, ToHour = 24L * 36_525, Split = RollupSplit.Link };
        var last = CountsDatabase.Run(() => _reader.LastClicks(links));
        return Rollup(all).ToDictionary(
            row => row.LinkId, row => new LinkClicks(row.Tally.Valid, last.TryGetValue(row.LinkId, out var at) ? at : null));
    }

    public void Scan(ClickScan scan, ClickVisit visit, CancellationToken cancellation = default) =>
        CountsDatabase.Run(() => _scanner.Scan(scan, visit, cancellation));

    /// <summary>Stores the whole batch or nothing of it.</summary>
    /// <exception cref="PositionMovedException">What is stored is not what the batch was made for.</exception>
    public void Commit(CountBatch batch) => CountsDatabase.Run(() => _writer!.Commit(batch));

    /// <summary>Fills a UTC day with the clicks that count.</summary>
    public void LoadDay(long day, VisitorDay visitors) => visitors.Load(day, (scan, visit) => Scan(scan, visit));

    public ForgottenClicks Forget(DateTimeOffset before) => CountsDatabase.Run(() => new CountsForgetting(_database).Forget(before));

    /// <summary>After damage was met at work: what there is will be set aside by <see cref="Resume"/>.</summary>
    public void StartOver(CountsException damage) => _damage = damage;

    /// <summary>
    /// Makes the counts ready to be written: a damaged file is set aside and a new one begun, without any position. To be
    /// called again after a failure, and then does what is still to be done.
    /// </summary>
    public void Resume() => CountsDatabase.Run(() =>
    {
        if (_damage is not null)
        {
            // Closed first, so that the file beside it goes along whole.
            _writer?.Dispose();
            _writer = null;
            Log.CountsDamaged(_logger, _damage, _database.SetAside());
            _damage = null;
        }

        if (_writer is null)
        {
            _database.Prepare();
            _writer = new CountsWriter(_database, _logger);
        }
    });

    public void Dispose() => _writer?.Dispose();
}
