using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Tests.Counting;

/// <summary>Counts in a file, in a folder of their own.</summary>
internal sealed class CountsFile : CountsRig
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("counts-");

    public CountsFile()
    {
        Path = System.IO.Path.Combine(_folder.FullName, "counts.db");
        Counts = Open();
    }

    public string Path { get; }

    public TestLogger<SqliteClickCounts> Logger { get; } = new();

    public SqliteClickCounts Counts { get; private set; }

    public override void Commit(CountBatch batch) => Counts.Commit(batch);

    public override void Restart()
    {
        Counts.Dispose();
        Counts = Open();
        base.Restart();
    }

    public override IReadOnlyCollection<RollupRow> Rollup(RollupQuery query) => Counts.Rollup(query);

    public override Dictionary<LogKey, LogProgress> Positions() => Counts.Positions();

    public override CountsAudit Audit() => Counts.Audit();

    public override long? FirstHour(IReadOnlyCollection<long>? links) => Counts.FirstHour(links);

    public override IReadOnlyDictionary<long, LinkClicks> ClicksOf(IReadOnlyCollection<long> links) => Counts.ClicksOf(links);

    /// <summary>What is in quarantine, the oldest first.</summary>
    public List<QuarantinedRange> Quarantine() => [.. Counts.Quarantine(1_000, 0).Reverse().Select(entry => entry.Range)];

    /// <summary>Changes the file behind the counts' back.</summary>
    public void Run(string sql)
    {
        using var connection = new CountsDatabase(Path, TimeProvider.System).Connect();
        connection.Run(sql);
    }

    /// <summary>The stored clicks in the order of their tokens, which a test log counts up.</summary>
    public List<(string Token, Disposition Disposition, bool Unique)> Clicks()
    {
        var clicks = new List<(string Token, Disposition, bool)>();
        Counts.Scan(new ClickScan { FromMs = 0, ToMs = long.MaxValue }, (in StoredClick click) =>
            clicks.Add((click.Record.Token.Sealed.ToString("x16", null), click.Disposition, click.Unique)));
        return [.. clicks.OrderBy(click => click.Token, StringComparer.Ordinal)];
    }

    public override void Dispose()
    {
        Counts.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    protected override void LoadDay(long day, VisitorDay visitors) => Counts.LoadDay(day, visitors);

    private SqliteClickCounts Open() => SqliteClickCounts.Open(Path, TimeProvider.System, Logger);
}
