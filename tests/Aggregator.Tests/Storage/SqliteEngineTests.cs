namespace LinkTracker.Aggregator.Tests.Storage;

public class SqliteEngineTests
{
    [Fact]
    public void Commits_are_synced_and_references_checked()
    {
        using var file = new TestDatabase(null);
        Assert.Equal(2, file.Database.Read(session => session.First<long>("PRAGMA synchronous")));
        Assert.Equal("wal", file.Database.Read(session => session.First<string>("PRAGMA journal_mode")));
        Assert.Equal(1, file.Database.Read(session => session.First<long>("PRAGMA foreign_keys")));
    }
}
