using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace LinkTracker.Aggregator.Storage;

/// <summary>
/// One statement that is run for every row of a batch, straight on SQLite's own interface: the ordinary command looks up each parameter by
/// its name at each run, which costs more than the upsert itself. Runs within whatever transaction its connection is in.
/// </summary>
internal sealed class CountsStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private int _parameter;

    public CountsStatement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle!;
        Check(raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
    }

    /// <summary>Sets the next parameter.</summary>
    public CountsStatement Bind(long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, ++_parameter, value));
        return this;
    }

    /// <summary>Sets the next parameter.</summary>
    public CountsStatement Bind(string value)
    {
        Check(raw.sqlite3_bind_text(_statement, ++_parameter, value));
        return this;
    }

    public void Run()
    {
        _parameter = 0;
        var result = raw.sqlite3_step(_statement);

        // Reset tells the error again; what counts is that the statement can be used once more.
        _ = raw.sqlite3_reset(_statement);
        if (result != raw.SQLITE_DONE)
        {
            SqliteException.ThrowExceptionForRC(result, _database);
        }
    }

    public void Dispose() => _statement.Dispose();

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, _database);
}
