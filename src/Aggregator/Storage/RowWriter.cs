namespace LinkTracker.Aggregator.Storage;

/// <summary>
/// Writes many rows of a table at once: in one statement on a server, which takes each column as an array, and in a prepared statement
/// for each row on a file. Columns are listed once, with where their values come from; what is left out keeps its default or its value. The
/// rows are read at once, and written with what the transaction does next.
/// </summary>
/// <param name="keys">The columns that tell rows apart. Within one call no two rows may have the same.</param>
internal sealed class RowWriter<T>(string table, params string[] keys)
{
    private readonly List<Column> _columns = [];
    private string[] _names = [];
    private Statement? _insert;
    private Statement? _upsert;
    private Statement? _update;

    public RowWriter<T> Text(string name, Func<T, string?> read) => Add(new Column(name, "text", read, rows => rows.Select(read).ToArray()));

    /// <summary>A whole number or a boolean as 0 or 1, of whatever width the column has.</summary>
    public RowWriter<T> Number(string name, Func<T, long?> read) => Add(new Column(name, "bigint", row => read(row), rows => rows.Select(read).ToArray()));

    /// <summary>A whole number that an upsert adds to the one that is there, which does not have to be read for it.</summary>
    public RowWriter<T> Sum(string name, Func<T, long> read) => Add(new Column(name, "bigint", row => read(row), rows => rows.Select(read).ToArray(), IsSum: true));

    public void Insert(Session session, IReadOnlyCollection<T> rows) => Write(session, _insert ??= InsertOf(""), rows);

    /// <summary>Inserts, and overwrites the listed columns of those that are there, or adds to them.</summary>
    public void Upsert(Session session, IReadOnlyCollection<T> rows) => Write(
        session, _upsert ??= InsertOf($" ON CONFLICT ({Join(keys, Quote)}) DO UPDATE SET {Join(_columns.Where(column => !keys.Contains(column.Name)), Merge)}"), rows);

    /// <summary>Overwrites the listed columns of those that are there; the others are left out.</summary>
    public void Update(Session session, IReadOnlyCollection<T> rows) => Write(session, _update ??= UpdateOf(), rows);

    private IEnumerable<string> Values => _names.Except(keys);

    // The order of rows is kept: a table that numbers its rows numbers them so.
    private string Arrays => $"unnest({Join(_columns, column => $"@{column.Name}::{column.Type}[]")})";

    private RowWriter<T> Add(Column column)
    {
        _columns.Add(column);
        _names = [.. _names, column.Name];
        return this;
    }

    private Statement InsertOf(string conflict)
    {
        var start = $"INSERT INTO {table} ({Join(_names, Quote)}) ";
        return new Statement($"{start}SELECT * FROM {Arrays}{conflict}", $"{start}VALUES ({Join(_names, name => "@" + name)}){conflict}");
    }

    private Statement UpdateOf() => new(
        $"""
        UPDATE {table} AS old SET {Join(Values, name => $"{Quote(name)} = new.{Quote(name)}")}
        FROM {Arrays} AS new ({Join(_names, Quote)}) WHERE {string.Join(" AND ", keys.Select(key => $"old.{Quote(key)} = new.{Quote(key)}"))}
        """,
        $"""
        UPDATE {table} SET {Join(Values, name => $"{Quote(name)} = @{name}")}
        WHERE {string.Join(" AND ", keys.Select(key => $"{Quote(key)} = @{key}"))}
        """);

    private void Write(Session session, Statement statement, IReadOnlyCollection<T> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        if (session.TakesArrays)
        {
            session.Later(statement.OfArrays, _names, [[.. _columns.Select(column => column.All(rows))]]);
        }
        else
        {
            session.Later(statement.OfOne, _names, rows.Select(row => _columns.ConvertAll(column => column.Of(row)).ToArray()));
        }
    }

    private string Merge(Column column) => column.IsSum
        ? $"{Quote(column.Name)} = {table}.{Quote(column.Name)} + excluded.{Quote(column.Name)}"
        : $"{Quote(column.Name)} = excluded.{Quote(column.Name)}";

    private static string Join<TItem>(IEnumerable<TItem> items, Func<TItem, string> write) => string.Join(", ", items.Select(write));

    private static string Quote(string name) => $"\"{name}\"";

    private sealed record Column(string Name, string Type, Func<T, object?> Of, Func<IReadOnlyCollection<T>, Array> All, bool IsSum = false);

    private sealed record Statement(string OfArrays, string OfOne);
}
