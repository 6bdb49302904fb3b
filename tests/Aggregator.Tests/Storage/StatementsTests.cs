using System.Data.Common;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Engines;

namespace LinkTracker.Aggregator.Tests.Storage;

/// <summary>Statements that wait for each other do the same as those that do not.</summary>
public abstract class StatementsTests : EngineTests
{
    private static readonly string[] Columns = ["name", "value"];

    private const string Insert = "INSERT INTO counters (name, value) VALUES (@name, @value)";

    [EngineFact]
    public async Task Everything_runs_in_the_order_in_which_it_was_given_whenever_it_is_looked_at()
    {
        using var file = await OpenDatabaseAsync();
        var seen = file.Database.Write(session =>
        {
            session.Later(Insert, Columns, [["a", 1L], ["b", 2L]]);
            var two = session.Ask<long>("SELECT SUM(value) FROM counters WHERE value < @most", ("most", 100));
            session.Later(Insert, Columns, [["c", 3L]]);
            var three = session.Ask<string>("SELECT name FROM counters ORDER BY name");
            session.AddLater("c", 10);
            session.AddLater("d", 4);
            var none = session.Ask<long>("SELECT value FROM counters WHERE name = @name", ("name", "z"));
            Assert.Equal(13, session.Counter("c"));
            session.Later("DELETE FROM counters WHERE name = @name", ["name"], [["a"]]);
            Assert.Equal(1, session.ExecuteAll("UPDATE counters SET value = 0 WHERE name = @name", ["name"], [["a"], ["b"]]));
            return (Two: two.Value.Single(), Three: string.Join(' ', three.Value), None: none.Value.Count);
        });
        Assert.Equal((3, "a b c", 0), seen);
        Assert.Equal(["b 0", "c 13", "d 4"], Read(file));
    }

    [EngineFact]
    public async Task What_waits_at_the_end_is_stored_and_what_fails_then_fails_the_transaction()
    {
        using var file = await OpenDatabaseAsync();
        Write(file, session => session.Later(Insert, Columns, [["a", 1L]]));
        var ran = false;
        Assert.ThrowsAny<Exception>(() => Write(file, session =>
        {
            session.AfterCommit(() => ran = true);
            session.Later(Insert, Columns, [["b", 1L], ["a", 2L]]);
        }));
        Assert.False(ran);
        Assert.Equal(["a 1"], Read(file));
        Write(file, session => session.Later(Insert, Columns, [["b", 2L]]));
        Assert.Equal(["a 1", "b 2"], Read(file));
    }

    [EngineFact]
    public async Task An_error_shows_at_the_latest_when_the_next_answer_is_looked_at()
    {
        using var file = await OpenDatabaseAsync();
        var isBehind = false;
        Assert.ThrowsAny<Exception>(() => Write(file, session =>
        {
            session.Later(Insert, Columns, [["a", 1L], ["a", 2L]]);
            var asked = session.Ask<long>("SELECT COUNT(*) FROM counters");
            Assert.NotEmpty(asked.Value);
            isBehind = true;
        }));
        Assert.False(isBehind);
        Assert.Empty(Read(file));
    }

    [EngineFact]
    public async Task A_statement_that_was_run_before_takes_other_values_and_other_numbers_of_them()
    {
        using var file = await OpenDatabaseAsync();
        Write(file, session => session.Later(Insert, Columns, Enumerable.Range(0, 300).Select(i => new object?[] { $"\"{i}'ä", (long)i })));
        foreach (var size in new[] { 1, 0, 300, 2, 7 })
        {
            string[] names = [.. Enumerable.Range(0, size).Select(i => $"\"{i}'ä")];
            long[] values = [.. Enumerable.Range(0, size).Select(i => (long)i)];
            Assert.Equal(size, file.Database.Write(session => session.Ask<string>($"SELECT name FROM counters WHERE {session.In("name", "names")}", ("names", names)).Value.Count));
            Assert.Equal(size, file.Database.Write(session => session.ExecuteAll($"UPDATE counters SET value = value WHERE {session.In("value", "values")}", ["values"], [[values]])));
            Assert.Equal(size, file.Database.Read(session => session.Query<string>($"SELECT name FROM counters WHERE {session.In("name", "names")}", new { names }).Count));
        }
    }

    [EngineFact]
    public async Task A_counter_that_was_foreseen_is_what_it_was_changed_to_since()
    {
        using var file = await OpenDatabaseAsync();
        Write(file, session =>
        {
            session.Foresee("a");
            session.Foresee("a");
            session.AddLater("a", 2);
            Assert.Equal(2, session.Counter("a"));
            session.Set("a", 5);
            Assert.Equal(5, session.Counter("a"));
            Assert.Equal(6, session.Add("a", 1));
            Assert.Equal((6, 6, 0), (session.Counter("a"), session.Counter("a"), session.Counter("b")));
        });
        Assert.Equal(["a 6"], Read(file));
    }

    [EngineFact]
    public async Task No_rows_are_no_statement()
    {
        using var file = await OpenDatabaseAsync();
        Write(file, session =>
        {
            session.Later("no SQL", Columns, []);
            Assert.Equal(0, session.ExecuteAll("no SQL", Columns, []));
        });
    }

    [EngineFact]
    public async Task More_statements_than_are_kept_all_run()
    {
        using var file = await OpenDatabaseAsync();
        Write(file, session =>
        {
            for (var i = 0L; i < 600; i++)
            {
                session.Later($"{Insert} -- {i}", Columns, [[$"{i:D3}", i]]);
                Assert.Equal(i + 1, session.Ask<long>($"SELECT COUNT(*) FROM counters -- {i}").Value.Single());
            }
        });
        Assert.Equal(600, Read(file).Count);
    }

    private static IReadOnlyList<string> Read(TestDatabase file) =>
        file.Database.Read(session => session.Query<string>("SELECT name || ' ' || value FROM counters ORDER BY name"));

    private static void Write(TestDatabase file, Action<Session> write) => file.Database.Write(session =>
    {
        write(session);
        return 0;
    });
}

public sealed class StatementsTestsOnSqlite : StatementsTests
{
    [Fact]
    public void What_no_column_holds_is_refused()
    {
        using var file = new TestDatabase(null);
        Assert.Contains("Decimal", Assert.Throws<ArgumentException>(() => file.Database.Write(
            session => session.ExecuteAll("DELETE FROM counters WHERE value = @value", ["value"], [[1m]]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_a_statement_does_not_have_are_refused()
    {
        using var file = new TestDatabase(null);
        const string Sql = "UPDATE counters SET value = @value WHERE name = @name";
        Assert.ThrowsAny<DbException>(() => file.Database.Write(session => session.ExecuteAll(Sql, ["value", "other"], [[1L, "a"]])));
    }

    [Fact]
    public void Names_in_another_order_than_before_are_refused()
    {
        using var file = new TestDatabase(null);
        const string Sql = "UPDATE counters SET value = @value WHERE name = @name";
        const string Query = "SELECT name FROM counters WHERE value = @value AND name = @name";
        file.Database.Write(session => session.ExecuteAll(Sql, ["value", "name"], [[1L, "a"]]));
        Assert.Throws<InvalidOperationException>(() => file.Database.Write(session => session.ExecuteAll(Sql, ["name", "value"], [["a", 1L]])));
        Assert.Empty(file.Database.Write(session => session.Ask<string>(Query, ("value", 1), ("name", "a")).Value));
        Assert.Throws<InvalidOperationException>(() => file.Database.Write(session => session.Ask<string>(Query, ("name", "a"), ("value", 1)).Value.Count));
    }
}

[OnPostgres]
public sealed class StatementsTestsOnPostgres : StatementsTests;
