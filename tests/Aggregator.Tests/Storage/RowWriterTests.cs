using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Engines;

namespace LinkTracker.Aggregator.Tests.Storage;

public abstract class RowWriterTests : EngineTests
{
    private static readonly RowWriter<Row> Rows = new RowWriter<Row>("things", "kind", "number")
        .Text("kind", row => row.Kind)
        .Number("number", row => row.Number)
        .Text("trigger", row => row.Trigger)
        .Number("amount", row => row.Amount);

    [EngineFact]
    public async Task Rows_are_inserted_in_their_order_with_their_nulls()
    {
        using var file = await OpenAsync();
        Row[] rows = [new("b", 2, "x'\"", long.MaxValue), new("a", 1, null, null), new("ä", 1, "", long.MinValue)];
        Write(file, session => Rows.Insert(session, rows));
        Assert.Equal(rows, Read(file, "position"));
    }

    [EngineFact]
    public async Task An_upsert_overwrites_what_is_there_and_adds_the_rest()
    {
        using var file = await OpenAsync();
        Write(file, session => Rows.Insert(session, [new("a", 1, "old", 1), new("a", 2, "old", 2)]));
        Write(file, session => Rows.Upsert(session, [new("a", 2, null, 20), new("a", 3, "new", 30)]));
        Assert.Equal([new("a", 1, "old", 1), new("a", 2, null, 20), new("a", 3, "new", 30)], Read(file, "number"));
    }

    [EngineFact]
    public async Task An_update_changes_what_is_there_and_adds_nothing()
    {
        using var file = await OpenAsync();
        Write(file, session => Rows.Insert(session, [new("a", 1, "old", 1), new("b", 1, "old", 2)]));
        Write(file, session => Rows.Update(session, [new("b", 1, "new", null), new("c", 1, "new", 5)]));
        Assert.Equal([new("a", 1, "old", 1), new("b", 1, "new", null)], Read(file, "kind"));
    }

    [EngineFact]
    public async Task No_rows_are_no_statement()
    {
        using var file = await OpenAsync();
        Write(file, session =>
        {
            Rows.Insert(session, []);
            Rows.Upsert(session, []);
            Rows.Update(session, []);
        });
        Assert.Empty(Read(file, "number"));
    }

    [EngineFact]
    public async Task Sums_are_added_to_what_is_there()
    {
        using var file = await OpenAsync();
        var sums = new RowWriter<Row>("things", "kind", "number").Text("kind", row => row.Kind).Number("number", row => row.Number).Sum("amount", row => row.Amount!.Value);
        Write(file, session => sums.Upsert(session, [new("a", 1, null, 5), new("b", 1, null, 7)]));
        Write(file, session => sums.Upsert(session, [new("b", 1, null, -10), new("a", 1, null, long.MaxValue - 5)]));
        Assert.Equal([new("a", 1, null, long.MaxValue), new("b", 1, null, -3)], Read(file, "kind"));
    }

    [EngineFact]
    public async Task What_is_written_is_there_for_whatever_reads_next()
    {
        using var file = await OpenAsync();
        Write(file, session =>
        {
            Rows.Insert(session, [new("a", 1, null, 1)]);
            var asked = session.Ask<long>("SELECT COUNT(*) FROM things");
            Rows.Insert(session, [new("a", 2, null, 2)]);
            Assert.Equal(2, session.First<long>("SELECT COUNT(*) FROM things"));
            Assert.Equal([1L], asked.Value);
        });
    }

    private static void Write(TestDatabase file, Action<Session> write) => file.Database.Write(session =>
    {
        write(session);
        return 0;
    });

    private async Task<TestDatabase> OpenAsync()
    {
        var file = await OpenDatabaseAsync();
        var position = IsOnPostgres ? "BIGINT GENERATED ALWAYS AS IDENTITY UNIQUE" : "INTEGER PRIMARY KEY";
        file.Database.Write(session => session.Execute(
            $"CREATE TABLE things (position {position}, kind TEXT NOT NULL, number INTEGER NOT NULL, \"trigger\" TEXT, amount BIGINT, UNIQUE (kind, number))"));
        return file;
    }

    private static List<Row> Read(TestDatabase file, string order) => file.Database.Read(session =>
        session.Query<Stored>($"SELECT kind, number, \"trigger\" AS sign, amount FROM things ORDER BY {order}").Select(row => row.ToRow()).ToList());

    private sealed record Row(string Kind, long Number, string? Trigger, long? Amount);

    private sealed class Stored
    {
        public string Kind { get; set; } = "";

        public long Number { get; set; }

        public string? Sign { get; set; }

        public long? Amount { get; set; }

        public Row ToRow() => new(Kind, Number, Sign, Amount);
    }
}

public sealed class RowWriterTestsOnSqlite : RowWriterTests;

[OnPostgres]
public sealed class RowWriterTestsOnPostgres : RowWriterTests;
