using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Tests.Storage;

/// <summary>A database in a folder of its own, gone with it.</summary>
internal sealed class TestDatabase : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("linktracker-").FullName;

    public TestDatabase() => Database = Database.Open(Path.Combine(_folder, "linktracker.db"));

    public Database Database { get; private set; }

    public void Reopen()
    {
        Database.Dispose();
        Database = Database.Open(Path.Combine(_folder, "linktracker.db"));
    }

    public void Dispose()
    {
        Database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
