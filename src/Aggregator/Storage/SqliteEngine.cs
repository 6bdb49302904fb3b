using Dapper;
using Microsoft.Data.Sqlite;

namespace LinkTracker.Aggregator.Storage;

/// <summary>A file beside the process, which is the only one that writes it.</summary>
internal sealed class SqliteEngine : SqlEngine
{
    // Pages in memory, in KiB: enough that an import of a million links seldom reads back what it wrote.
    private const int WriterCacheKiB = 65_536;

    // What the log of a large transaction shrinks back to, once its pages are in the database itself.
    private const int LogLimitBytes = 64 << 20;

    // How far the log grows before its pages go into the database: a page that every transaction changes goes there once, not with every third of them.
    private const int LogPages = 8_192;

    private readonly string _connectionString;
    private readonly SqliteConnection _writer;
    private readonly SqliteStatements _statements;

    static SqliteEngine() => SQLitePCL.Batteries_V2.Init();

    /// <summary>Opens the file, and makes it when it is not there.</summary>
    public SqliteEngine(string path)
    {
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, ForeignKeys = true }.ToString();
        _writer = Connect();
        _statements = new SqliteStatements(_writer);
        _writer.Execute($"PRAGMA journal_mode = WAL; PRAGMA cache_size = -{WriterCacheKiB}; PRAGMA journal_size_limit = {LogLimitBytes}; PRAGMA wal_autocheckpoint = {LogPages}");
    }

    public override string Name => "sqlite";

    // Nothing but this process holds it up.
    public override TimeSpan LongestTurn => Timeout.InfiniteTimeSpan;

    public override bool TakesArrays => false;

    public override T Read<T>(Func<Session, T> work)
    {
        using var connection = Connect();
        using var transaction = connection.BeginTransaction(deferred: true);
        using var statements = new SqliteStatements(connection) { Transaction = transaction };
        return work(new Session(this, connection, transaction, statements));
    }

    public override T Write<T>(Func<Session, T> work)
    {
        // Immediate: the lock is taken before the first read, so what was read still holds when writing.
        using var transaction = _writer.BeginTransaction(deferred: false);
        _statements.Transaction = transaction;
        var result = work(new Session(this, _writer, transaction, _statements));
        transaction.Commit();
        return result;
    }

    public override Task<Lease?> TryHoldAsync(string name, CancellationToken cancellation) => Task.FromResult<Lease?>(new SureLease());

    public override string In(string column, string parameter) => $"{column} IN (SELECT value FROM json_each(@{parameter}))";

    public override void Dispose()
    {
        _statements.Dispose();
        _writer.Dispose();
        SqliteConnection.ClearPool(_writer);
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
