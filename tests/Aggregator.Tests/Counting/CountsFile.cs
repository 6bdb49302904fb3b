using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Tests.Counting;

/// <summary>Counts in a file, in a folder of their own.</summary>
internal sealed class CountsFile : CountsRig
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("counts-");
    private SqliteClickCounts _counts;

    public CountsFile()
    {
        Path = System.IO.Path.Combine(_folder.FullName, "counts.db");
        _counts = Open();
    }

    public string Path { get; }

    public TestLogger<SqliteClickCounts> Logger { get; } = new();

    public override SqliteClickCounts Counts => _counts;

    public override void Commit(CountBatch batch) => Counts.Commit(batch);

    public override void Restart()
    {
        _counts.Dispose();
        _counts = Open();
        base.Restart();
    }

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

    public override void Dispose()
    {
        Counts.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    protected override void LoadDay(long day, VisitorDay visitors) => Counts.LoadDay(day, visitors);

    private SqliteClickCounts Open() => SqliteClickCounts.Open(Path, TimeProvider.System, Logger);
}
