using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace LinkTracker.Aggregator.Storage;

/// <summary>
/// The relational store: links, partners, customers, conversions, keys and imports. One writer at a time, so a
/// transaction sees nothing change under it; any number of readers, each on a snapshot. A write that returned is on disk.
/// </summary>
internal sealed class Database : IDisposable
{
    // Pages in memory, in KiB: enough that an import of a million links seldom reads back what it wrote.
    private const int WriterCacheKiB = 65_536;

    // What the log of a large transaction shrinks back to, once its pages are in the database itself.
    private const int LogLimitBytes = 64 << 20;

    private readonly string _connectionString;
    private readonly SqliteConnection _writerConnection;
    private readonly SemaphoreSlim _writer = new(1, 1);

    static Database()
    {
        SQLitePCL.Batteries_V2.Init();
        DefaultTypeMap.MatchNamesWithUnderscores = true;
    }

    private Database(string path)
    {
        Path = path;
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, ForeignKeys = true }.ToString();
        _writerConnection = Connect();
        _writerConnection.Execute($"PRAGMA journal_mode = WAL; PRAGMA cache_size = -{WriterCacheKiB}; PRAGMA journal_size_limit = {LogLimitBytes}");
    }

    /// <summary>The database's file.</summary>
    public string Path { get; }

    /// <summary>Opens the file, makes it when it is not there, and brings its tables up to date.</summary>
    public static Database Open(string path)
    {
        var database = new Database(path);
        try
        {
            Migrations.Apply(database._writerConnection);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Runs reads on one snapshot.</summary>
    public T Read<T>(Func<Session, T> work)
    {
        using var connection = Connect();
        using var transaction = connection.BeginTransaction(deferred: true);
        return work(new Session(connection, transaction));
    }

    /// <summary>
    /// Runs the work in one transaction of its own and commits it; an exception rolls everything back. The work must not
    /// call the database again other than through its session.
    /// </summary>
    public async Task<T> WriteAsync<T>(Func<Session, T> work, CancellationToken cancellation)
    {
        await _writer.WaitAsync(cancellation);
        return Write_NeedsLock(work);
    }

    /// <summary>As <see cref="WriteAsync"/>, for the start, when nobody else writes.</summary>
    public T Write<T>(Func<Session, T> work)
    {
        _writer.Wait();
        return Write_NeedsLock(work);
    }

    private T Write_NeedsLock<T>(Func<Session, T> work)
    {
        Session session;
        T result;
        try
        {
            // Immediate: the lock is taken before the first read, so what was read still holds when writing.
            using var transaction = _writerConnection.BeginTransaction(deferred: false);
            session = new Session(_writerConnection, transaction);
            result = work(session);
            transaction.Commit();
        }
        finally
        {
            _writer.Release();
        }

        session.RunAfterCommit();
        return result;
    }

    public void Dispose()
    {
        _writerConnection.Dispose();
        SqliteConnection.ClearPool(_writerConnection);
        _writer.Dispose();
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();

        // Per connection, and not kept by the file: a commit returns after its fsync.
        connection.Execute("PRAGMA synchronous = FULL");
        return connection;
    }
}

/// <summary>One transaction of the store. SQL is plain enough for SQLite and PostgreSQL.</summary>
internal sealed class Session(DbConnection connection, DbTransaction transaction)
{
    private readonly List<Action> _afterCommit = [];

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

    /// <summary>Adds to a named counter and returns its new value.</summary>
    public long Add(string counter, long by) => connection.ExecuteScalar<long>(
        "INSERT INTO counters (name, value) VALUES (@counter, @by) ON CONFLICT (name) DO UPDATE SET value = counters.value + @by RETURNING value",
        new { counter, by },
        transaction);

    /// <summary>The value of a named counter; 0 before its first use.</summary>
    public long Counter(string counter) => First<long>("SELECT value FROM counters WHERE name = @counter", new { counter });

    /// <summary>Runs the action once the transaction is on disk, and never if it is not.</summary>
    public void AfterCommit(Action action) => _afterCommit.Add(action);

    internal void RunAfterCommit() => _afterCommit.ForEach(action => action());
}
