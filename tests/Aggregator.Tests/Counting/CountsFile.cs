using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Counting.UserAgents;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Aggregator.Tests.Counting;

/// <summary>A store of counts in a folder of its own, with the verbs of counting.</summary>
internal sealed class CountsFile : IDisposable
{
    private static readonly BotRules Rules = BotRules.Embedded;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("counts-");
    private readonly ClickClassifier _classifier = new(Rules);
    private VisitorDays _visitors;

    public CountsFile()
    {
        Path = System.IO.Path.Combine(_folder.FullName, "counts.db");
        Counts = Open();
        _visitors = new VisitorDays(Counts.LoadDay);
    }

    public string Path { get; }

    public TestLogger<SqliteClickCounts> Logger { get; } = new();

    public SqliteClickCounts Counts { get; private set; }

    /// <summary>Counts slices as one batch, from the stored positions.</summary>
    public CountBatch Count(params IEnumerable<ClickSlice> slices)
    {
        var batch = Fold(slices);
        Counts.Commit(batch);
        _visitors.Trim();
        return batch;
    }

    public CountBatch Fold(params IEnumerable<ClickSlice> slices)
    {
        var fold = new ClickFold(_classifier, _visitors, Counts.Positions());
        foreach (var slice in slices)
        {
            fold.Add(slice);
        }

        return fold.Batch;
    }

    /// <summary>As after a crash: nothing in memory is left.</summary>
    public void Restart()
    {
        Counts.Dispose();
        Counts = Open();
        _visitors = new VisitorDays(Counts.LoadDay);
    }

    public ClickTally Total(long? link = null) =>
        Rollup(new RollupQuery { FromHour = -1_000_000, ToHour = 10_000_000, Links = link is { } id ? [id] : null }).SingleOrDefault().Tally;

    public IReadOnlyCollection<RollupRow> Rollup(RollupQuery query) => Counts.Rollup(query);

    /// <summary>What is in quarantine, the oldest first.</summary>
    public List<QuarantinedRange> Quarantine() => [.. Counts.Quarantine(1_000, 0).Reverse().Select(entry => entry.Range)];

    /// <summary>Changes the file behind the counts' back.</summary>
    public void Run(string sql)
    {
        using var connection = new CountsDatabase(Path, TimeProvider.System).Connect();
        connection.Run(sql);
    }

    /// <summary>Every number there is, as text to compare.</summary>
    public string Everything()
    {
        using var connection = new CountsDatabase(Path, TimeProvider.System).Connect();
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT 'hour', * FROM click_hours UNION ALL SELECT 'day', * FROM click_days ORDER BY 1, 2, 3, 4, 5
            """;
        using var reader = command.ExecuteReader();
        var text = new System.Text.StringBuilder();
        var values = new object[reader.FieldCount];
        while (reader.Read())
        {
            reader.GetValues(values);
            text.AppendJoin('|', values).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The stored clicks in the order of their tokens, which a test log counts up.</summary>
    public List<(string Token, Disposition Disposition, bool Unique)> Clicks()
    {
        var clicks = new List<(string Token, Disposition, bool)>();
        Counts.Scan(new ClickScan { FromMs = 0, ToMs = long.MaxValue }, (in StoredClick click) =>
            clicks.Add((click.Record.Token.Sealed.ToString("x16", null), click.Disposition, click.Unique)));
        return [.. clicks.OrderBy(click => click.Token, StringComparer.Ordinal)];
    }

    public void Dispose()
    {
        Counts.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    private SqliteClickCounts Open() => SqliteClickCounts.Open(Path, TimeProvider.System, Logger);
}
