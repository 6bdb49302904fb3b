using System.Data.Common;
using Dapper;

namespace LinkTracker.Aggregator.Storage;

/// <summary>One transaction of the store. SQL is plain enough for SQLite and PostgreSQL.</summary>
internal sealed class Session(SqlEngine engine, DbConnection connection, DbTransaction transaction)
{
    private readonly List<Action> _afterCommit = [];

    static Session() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    /// <summary>For prepared statements in bulk work; single statements go through the methods below.</summary>
    public DbCommand CreateCommand(string sql)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        return command;
    }

    public IReadOnlyList<T> Query<T>(string sql, object? arguments = null) => connection.Query<T>(sql, arguments, transaction).AsList();

    public T? First<T>(string sql, object? arguments = null) => connection.QueryFirstOrDefault<T>(sql, arguments, transaction);

    public int Execute(string sql, object? arguments = null) => connection.Execute(sql, arguments, transaction);

    /// <summary>The condition that the column has one of the values of an argument, which is an array.</summary>
    public string In(string column, string argument) => engine.In(column, argument);

    /// <summary>Adds to a named counter and returns its new value.</summary>
    public long Add(string counter, long by) => connection.ExecuteScalar<long>(
        "INSERT INTO counters (name, value) VALUES (@counter, @by) ON CONFLICT (name) DO UPDATE SET value = counters.value + @by RETURNING value",
        new { counter, by },
        transaction);

    /// <summary>The value of a named counter; 0 before its first use.</summary>
    public long Counter(string counter) => First<long>("SELECT value FROM counters WHERE name = @counter", new { counter });

    /// <summary>Gives a named counter a value.</summary>
    public void Set(string counter, long value) => Execute(
        "INSERT INTO counters (name, value) VALUES (@counter, @value) ON CONFLICT (name) DO UPDATE SET value = @value", new { counter, value });

    /// <summary>
    /// Runs the action once the transaction is on disk, and never if it is not. When nobody can tell, because the server went away
    /// during the commit, it runs: it may wake somebody in vain, but nobody sleeps through a change.
    /// </summary>
    public void AfterCommit(Action action) => _afterCommit.Add(action);

    internal void RunAfterCommit() => _afterCommit.ForEach(action => action());
}
