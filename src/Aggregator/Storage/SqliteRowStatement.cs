using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace LinkTracker.Aggregator.Storage;

/// <summary>
/// One statement that is run for many rows, straight on SQLite's own interface: the ordinary command looks up each parameter by its name at
/// each run, which costs more with every column than writing it. Runs within whatever transaction its connection is in.
/// </summary>
internal sealed class SqliteRowStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private readonly int[] _places;

    /// <param name="names">Of all parameters, in the order in which their values come.</param>
    public SqliteRowStatement(SqliteConnection connection, string sql, IReadOnlyList<string> names)
    {
        (_database, Names) = (connection.Handle!, names);
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement), _database);
        _places = [.. names.Select(name => raw.sqlite3_bind_parameter_index(_statement, "@" + name))];
    }

    public IReadOnlyList<string> Names { get; }

    /// <returns>How many rows of the database were changed.</returns>
    public int Run(object?[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            SqliteException.ThrowExceptionForRC(Bind(_places[i], ArrayArgument.ForFile(values[i])), _database);
        }

        var result = raw.sqlite3_step(_statement);

        // Reset tells the error again; what counts is that the statement can be used once more.
        _ = raw.sqlite3_reset(_statement);
        if (result != raw.SQLITE_DONE)
        {
            SqliteException.ThrowExceptionForRC(result, _database);
        }

        return raw.sqlite3_changes(_database);
    }

    public void Dispose() => _statement.Dispose();

    private int Bind(int place, object? value) => value switch
    {
        null => raw.sqlite3_bind_null(_statement, place),
        long number => raw.sqlite3_bind_int64(_statement, place, number),
        int number => raw.sqlite3_bind_int64(_statement, place, number),
        bool flag => raw.sqlite3_bind_int64(_statement, place, flag ? 1 : 0),
        string text => raw.sqlite3_bind_text(_statement, place, text),
        _ => throw new ArgumentException($"{value.GetType().Name} is nothing that a column holds.", nameof(value)),
    };
}
