using System.Data.Common;
using Dapper;

namespace LinkTracker.Aggregator.Storage;

/// <summary>One transaction of the store. SQL is plain enough for SQLite and PostgreSQL.</summary>
internal sealed class Session(SqlEngine engine, DbConnection connection, DbTransaction transaction, Statements statements)
{
    private static readonly string[] CounterColumns = ["counter", "by"];

    private readonly List<Action> _afterCommit = [];
    private readonly Dictionary<string, Lazy<IReadOnlyList<long>>> _counters = [];

    static Session()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.AddTypeHandler(new ArrayArgument<long>());
        SqlMapper.AddTypeHandler(new ArrayArgument<string>());
    }

    public IReadOnlyList<T> Query<T>(string sql, object? arguments = null) => Next().Query<T>(sql, arguments, transaction).AsList();

    /// <summary>As <see cref="Query"/>, row by row: for more than should be in memory at once. Read it to its end before anything else.</summary>
    public IEnumerable<T> Stream<T>(string sql, object? arguments = null) => Next().Query<T>(sql, arguments, transaction, buffered: false);

    public T? First<T>(string sql, object? arguments = null) => Next().QueryFirstOrDefault<T>(sql, arguments, transaction);

    public int Execute(string sql, object? arguments = null) => Next().Execute(sql, arguments, transaction);

    /// <summary>Runs a script of tables, which may take as long as it needs: this process does not give up waiting for it.</summary>
    public void ExecuteScript(string sql) => Next().Execute(sql, transaction: transaction, commandTimeout: 0);

    /// <summary>
    /// As <see cref="Query"/>, for what a transaction asks each time: the rows are there when they are looked at, and whatever is asked before that
    /// shares one round trip. On a file the statement is parsed once.
    /// </summary>
    /// <param name="arguments">Always the same names in the same order.</param>
    public Lazy<IReadOnlyList<T>> Ask<T>(string sql, params ReadOnlySpan<(string Name, object? Value)> arguments) => statements.Ask<T>(sql, arguments);

    /// <summary>Runs the statement for each of some hundred rows: in one round trip to a server, parsed once in this process.</summary>
    /// <param name="names">The statement's parameters.</param>
    /// <param name="rows">Their values, in the order of the names.</param>
    /// <returns>How many rows of the database were changed.</returns>
    public int ExecuteAll(string sql, IReadOnlyList<string> names, IEnumerable<object?[]> rows) => statements.Execute(sql, names, rows);

    /// <summary>As <see cref="ExecuteAll"/>, where nobody waits for how many: it shares the round trip of what is asked or done next.</summary>
    public void Later(string sql, IReadOnlyList<string> names, IEnumerable<object?[]> rows) => statements.Later(sql, names, rows);

    /// <summary>Whether a statement may take the rows of a <see cref="RowWriter{T}"/> as one array for each column.</summary>
    public bool TakesArrays => engine.TakesArrays;

    /// <summary>The condition that the column has one of the values of an argument, which is an array.</summary>
    public string In(string column, string argument) => engine.In(column, argument);

    /// <summary>Adds to a named counter and returns its new value.</summary>
    public long Add(string counter, long by)
    {
        _counters.Remove(counter);
        return Ask<long>($"{AddToCounter} RETURNING value", ("counter", counter), ("by", by)).Value[0];
    }

    /// <summary>Adds to a named counter, with what is done next.</summary>
    public void AddLater(string counter, long by)
    {
        _counters.Remove(counter);
        Later(AddToCounter, CounterColumns, [[counter, by]]);
    }

    /// <summary>The value of a named counter; 0 before its first use. Nobody else changes it while the transaction lasts, so it is read once.</summary>
    public long Counter(string counter)
    {
        Foresee(counter);
        return _counters[counter].Value is [var value] ? value : 0;
    }

    /// <summary>Asks for a counter that will be looked at, with what else is asked.</summary>
    public void Foresee(string counter)
    {
        if (!_counters.ContainsKey(counter))
        {
            _counters.Add(counter, Ask<long>("SELECT value FROM counters WHERE name = @counter", ("counter", counter)));
        }
    }

    /// <summary>Gives a named counter a value.</summary>
    public void Set(string counter, long value)
    {
        _counters.Remove(counter);
        Execute("INSERT INTO counters (name, value) VALUES (@counter, @value) ON CONFLICT (name) DO UPDATE SET value = @value", new { counter, value });
    }

    /// <summary>
    /// Runs the action once the transaction is on disk, and never if it is not. When nobody can tell, because the server went away
    /// during the commit, it runs: it may wake somebody in vain, but nobody sleeps through a change.
    /// </summary>
    public void AfterCommit(Action action) => _afterCommit.Add(action);

    /// <summary>Runs what waits: before the transaction is committed, so that it is part of it.</summary>
    internal void Finish() => statements.Finish();

    internal void RunAfterCommit() => _afterCommit.ForEach(action => action());

    private const string AddToCounter =
        "INSERT INTO counters (name, value) VALUES (@counter, @by) ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value";

    // What was given before runs before it.
    private DbConnection Next()
    {
        statements.Finish();
        return connection;
    }
}
