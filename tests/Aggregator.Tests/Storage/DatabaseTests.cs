using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Tests.Storage;

public abstract class DatabaseTests : EngineTests
{
    [EngineFact]
    public async Task Writers_take_turns_and_lose_no_update()
    {
        using var file = await OpenDatabaseAsync();
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

    [EngineFact]
    public async Task An_exception_rolls_back_runs_nothing_behind_the_commit_and_lets_the_next_writer_in()
    {
        using var file = await OpenDatabaseAsync();
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

    [EngineFact]
    public async Task What_runs_behind_the_commit_sees_it()
    {
        using var file = await OpenDatabaseAsync();
        var seen = 0L;
        file.Database.Write(session =>
        {
            session.AfterCommit(() => seen = file.Database.Read(other => other.Counter("test")));
            return session.Add("test", 7);
        });
        Assert.Equal(7, seen);
    }

    [EngineFact]
    public async Task A_reader_sees_one_state_of_the_database_and_a_writer_does_not_wait_for_it()
    {
        using var file = await OpenDatabaseAsync();
        var seen = file.Database.Read(session =>
        {
            var before = session.Counter("test");
            file.Database.Write(other => other.Add("test", 1));
            return (before, session.Counter("test"));
        });
        Assert.Equal((0, 0), seen);
        Assert.Equal(1, file.Database.Read(session => session.Counter("test")));
    }

    [EngineFact]
    public async Task A_list_finds_its_members_and_an_empty_one_nothing()
    {
        using var file = await OpenDatabaseAsync();
        file.Database.Write(session => session.Add("a", 1) + session.Add("b", 2) + session.Add("c", 3));
        Assert.Equal(["a", "c"], Find(1, 3));
        Assert.Empty(Find());

        IReadOnlyList<string> Find(params long[] values) => file.Database.Read(session => session.Query<string>(
            $"SELECT name FROM counters WHERE {session.In("value", "values")} ORDER BY name", new { values }));
    }

    [EngineFact]
    public async Task Upper_case_comes_before_lower_case_and_other_letters_last()
    {
        using var file = await OpenDatabaseAsync();
        file.Database.Write(session => session.Add("b", 1) + session.Add("ä", 1) + session.Add("A", 1) + session.Add("Z", 1));
        Assert.Equal(["A", "Z", "b", "ä"], file.Database.Read(session => session.Query<string>("SELECT name FROM counters ORDER BY name")));
        Assert.Equal("ab Ä", file.Database.Read(session => session.First<string>("SELECT lower(name) || 'b Ä' FROM counters WHERE name = 'A'")));
        Assert.Equal(1, file.Database.Write(session => session.Add("Ä", 1)));
        Assert.Equal(1, file.Database.Read(session => session.First<long>("SELECT COUNT(*) FROM counters WHERE lower(name) = 'ä'")));
    }

    [EngineFact]
    public async Task Opening_again_keeps_everything_and_a_newer_database_is_refused()
    {
        using var file = await OpenDatabaseAsync();
        file.Database.Write(session => session.Add("test", 7));
        file.Reopen();
        Assert.Equal(7, file.Database.Read(session => session.Counter("test")));

        file.Database.Write(session => session.Execute("INSERT INTO migrations (number) VALUES (9999)"));
        Assert.Contains("newer version", Assert.Throws<SettingsException>(file.Reopen).Message, StringComparison.Ordinal);
    }
}

public sealed class DatabaseTestsOnSqlite : DatabaseTests;

[OnPostgres]
public sealed class DatabaseTestsOnPostgres : DatabaseTests;
