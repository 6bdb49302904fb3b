namespace LinkTracker.Aggregator.Tests.Storage;

public class DatabaseTests
{
    [Fact]
    public async Task Writers_take_turns_and_lose_no_update()
    {
        using var file = new TestDatabase();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => file.Database.WriteAsync(
            session =>
            {
                // Read and write apart: two writers at once would overwrite each other.
                var value = session.Counter("test");
                session.Execute("DELETE FROM counters WHERE name = 'test'");
                return session.Add("test", value + 1);
            },
            CancellationToken.None))));
        Assert.Equal(50, file.Database.Read(session => session.Counter("test")));
    }

    [Fact]
    public async Task An_exception_rolls_back_runs_nothing_behind_the_commit_and_lets_the_next_writer_in()
    {
        using var file = new TestDatabase();
        var ran = false;
        await Assert.ThrowsAsync<InvalidOperationException>(() => file.Database.WriteAsync<int>(
            session =>
            {
                session.Add("test", 1);
                session.AfterCommit(() => ran = true);
                throw new InvalidOperationException();
            },
            CancellationToken.None));
        Assert.False(ran);
        Assert.Equal(1, file.Database.Write(session => session.Add("test", 1)));
    }

    [Fact]
    public void What_runs_behind_the_commit_sees_it()
    {
        using var file = new TestDatabase();
        var seen = 0L;
        file.Database.Write(session =>
        {
            session.AfterCommit(() => seen = file.Database.Read(other => other.Counter("test")));
            return session.Add("test", 7);
        });
        Assert.Equal(7, seen);
    }

    [Fact]
    public void Commits_are_synced_and_references_checked()
    {
        using var file = new TestDatabase();
        Assert.Equal(2, file.Database.Read(session => session.First<long>("PRAGMA synchronous")));
        Assert.Equal("wal", file.Database.Read(session => session.First<string>("PRAGMA journal_mode")));
        Assert.Equal(1, file.Database.Read(session => session.First<long>("PRAGMA foreign_keys")));
    }

    [Fact]
    public void Opening_again_keeps_everything_and_a_newer_database_is_refused()
    {
        using var file = new TestDatabase();
        file.Database.Write(session => session.Add("test", 7));
        file.Reopen();
        Assert.Equal(7, file.Database.Read(session => session.Counter("test")));

        file.Database.Write(session => session.Execute("INSERT INTO migrations (number) VALUES (9999)"));
        Assert.Contains("newer version", Assert.Throws<InvalidDataException>(file.Reopen).Message, StringComparison.Ordinal);
    }
}
