using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Tests.Storage;

/// <summary>A database on a PostgreSQL, or in a folder of its own that goes with it.</summary>
internal sealed class TestDatabase : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("linktracker-").FullName;
    private readonly string? _server;

    public TestDatabase(string? server)
    {
        _server = server;
        Database = Open();
    }

    public Database Database { get; private set; }

    /// <summary>The file of one that is not on a PostgreSQL.</summary>
    public string Path => System.IO.Path.Combine(_folder, "linktracker.db");

    public void Reopen()
    {
        Database.Dispose();
        Database = Open();
    }

    public void Dispose()
    {
        Database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Database Open() => Database.Open(_server is null ? new SqliteEngine(Path) : new PostgresEngine(_server));
}
