using System.Data.Common;
using Dapper;

namespace LinkTracker.Aggregator.Storage;

/// <summary>One transaction of the store. SQL is plain enough for SQLite and PostgreSQL.</summary>
internal sealed class Session(SqlEngine engine, DbConnection connection, DbTransaction transaction)
{
    private readonly List<Action> _afterCommit = [];

    static Session() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    public IReadOnlyList<T> Query<T>(string sql, object? arguments = null) => connection.Query<T>(sql, arguments, transaction).AsList();

    public T? First<T>(string sql, object? arguments = null) => connection.QueryFirstOrDefault<T>(sql, arguments, transaction);

    public int Execute(string sql, object? arguments = null) => connection.Execute(sql, arguments, transaction);

    /// <summary>Runs a script of tables, which may take as long as it needs: this process does not give up waiting for it.</summary>
    public void ExecuteScript(string sql) => connection.Execute(sql, transaction: transaction, commandTimeout: 0);

    /// <summary>Runs the statement for each of some hundred rows: in one round trip to a server, parsed once in this process.</summary>
    /// <param name="names">The statement's parameters.</param>
    /// <param name="rows">Their values, in the order of the names.</param>
    /// <returns>How many rows of the database were changed.</returns>
    public int ExecuteAll(string sql, IReadOnlyList<string> names, IEnumerable<object?[]> rows) =>
        connection.CanCreateBatch ? ExecuteAtOnce(sql, names, rows) : ExecuteInTurn(sql, names, rows);

    /// <summary>Whether a statement may take the rows of a <see cref="RowWriter{T}"/> as one array for each column.</summary>
    public bool TakesArrays => engine.TakesArrays;

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

    private int ExecuteAtOnce(string sql, IReadOnlyList<string> names, IEnumerable<object?[]> rows)
    {
        using var batch = connection.CreateBatch();
        batch.Transaction = transaction;
        foreach (var row in rows)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = sql;
            Add(command.Parameters, command.CreateParameter, names);
            Set(command.Parameters, row);
            batch.BatchCommands.Add(command);
        }

        return batch.BatchCommands.Count == 0 ? 0 : batch.ExecuteNonQuery();
    }

    private int ExecuteInTurn(string sql, IReadOnlyList<string> names, IEnumerable<object?[]> rows)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        Add(command.Parameters, command.CreateParameter, names);
        var changed = 0;
        foreach (var row in rows)
        {
            Set(command.Parameters, row);
            changed += command.ExecuteNonQuery();
        }

        return changed;
    }

    private static void Add(DbParameterCollection parameters, Func<DbParameter> create, IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            var parameter = create();
            parameter.ParameterName = "@" + name;
            parameters.Add(parameter);
        }
    }

    private static void Set(DbParameterCollection parameters, object?[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            parameters[i].Value = values[i] ?? DBNull.Value;
        }
    }
}
