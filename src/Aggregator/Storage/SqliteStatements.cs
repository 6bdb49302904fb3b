using Dapper;
using Microsoft.Data.Sqlite;

namespace LinkTracker.Aggregator.Storage;

/// <summary>
/// Statements on a file, where there are no round trips to be saved: they run at once. What costs is to parse and plan them, so each is kept
/// as long as its connection.
/// </summary>
internal sealed class SqliteStatements(SqliteConnection connection) : Statements, IDisposable
{
    // Far more than there are; a text that is put together anew each time must not fill the memory.
    private const int Most = 500;

    private readonly Dictionary<string, SqliteCommand> _queries = [];
    private readonly Dictionary<string, SqliteRowStatement> _ofRows = [];

    /// <summary>The one that is running.</summary>
    public SqliteTransaction? Transaction { get; set; }

    public override Lazy<IReadOnlyList<T>> Ask<T>(string sql, params ReadOnlySpan<(string Name, object? Value)> arguments)
    {
        var command = QueryOf(sql, arguments);
        command.Transaction = Transaction;
        for (var i = 0; i < arguments.Length; i++)
        {
            command.Parameters[i].Value = ArrayArgument.ForFile(arguments[i].Value) ?? DBNull.Value;
        }

        using var reader = command.ExecuteReader();
        return new Lazy<IReadOnlyList<T>>(reader.Parse<T>().AsList());
    }

    public override void Later(string sql, IReadOnlyList<string> names, IEnumerable<object?[]> rows) => Execute(sql, names, rows);

    public override int Execute(string sql, IReadOnlyList<string> names, IEnumerable<object?[]> rows)
    {
        SqliteRowStatement? statement = null;
        var changed = 0;
        foreach (var row in rows)
        {
            changed += (statement ??= StatementOf(sql, names)).Run(row);
        }

        return changed;
    }

    public override void Finish()
    {
    }

    public void Dispose()
    {
        foreach (var statement in _queries.Values.Concat<IDisposable>(_ofRows.Values))
        {
            statement.Dispose();
        }

        _queries.Clear();
        _ofRows.Clear();
    }

    private SqliteCommand QueryOf(string sql, ReadOnlySpan<(string Name, object? Value)> arguments)
    {
        if (!_queries.TryGetValue(sql, out var command))
        {
            MakeRoom();
            _queries.Add(sql, command = connection.CreateCommand());
            command.CommandText = sql;
            foreach (var (name, _) in arguments)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = "@" + name });
            }
        }

        // Values are set by place.
        for (var i = 0; i < arguments.Length; i++)
        {
            Check(command.Parameters[i].ParameterName.AsSpan(1).SequenceEqual(arguments[i].Name), sql);
        }

        return command;
    }

    private SqliteRowStatement StatementOf(string sql, IReadOnlyList<string> names)
    {
        if (!_ofRows.TryGetValue(sql, out var statement))
        {
            MakeRoom();
            _ofRows.Add(sql, statement = new SqliteRowStatement(connection, sql, names));
        }

        Check(statement.Names.SequenceEqual(names), sql);
        return statement;
    }

    private static void Check(bool isOfThese, string sql)
    {
        if (!isOfThese)
        {
            throw new InvalidOperationException($"A statement comes with the same names in the same order each time: {sql}");
        }
    }

    private void MakeRoom()
    {
        if (_queries.Count + _ofRows.Count >= Most)
        {
            Dispose();
        }
    }
}
