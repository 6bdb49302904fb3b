using System.Data;
using System.Globalization;
using System.Text.RegularExpressions;
using LinkTracker.ServiceDefaults;
using Npgsql;

namespace LinkTracker.Aggregator.Storage;

/// <summary>
/// A PostgreSQL that several Aggregators share. Every writing transaction takes one lock of the database before anything else, so
/// there is one writer at a time in the installation, as with SQLite:
/// <code>
///   1  the turn in this process            Database, before a connection is taken
///   2  the lock in the installation        pg_advisory_xact_lock, ends with the transaction
///   3  the work                            reads what is committed, and nothing changes under it
///   4  commit                              the lock goes to the next
/// </code>
/// </summary>
internal sealed partial class PostgresEngine : SqlEngine
{
    // "linktrac" as a number: what else uses the database has other keys.
    private const long WriterLock = 0x6C69_6E6B_7472_6163;

    private const string TakeWriterLock = "SELECT pg_advisory_xact_lock(@key)";

    // Its idle_session_timeout ends the lease of a process that froze.
    private const int OldestVersion = 14;

    // Nobody waits for a reader, so it may be silent for longer: an import that checks its rows reads its file in between.
    private static readonly PostgresLimits ReaderLimits = new(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60));

    // A frozen writer is cut off before those who wait for its lock give up.
    private static readonly PostgresLimits DefaultWriterLimits = new(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5));

    // The holder of a lease asks about it every second.
    private static readonly PostgresLimits LeaseLimits = new(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5));

    private readonly PostgresLimits _writerLimits;
    private readonly NpgsqlDataSource _readers;
    private readonly NpgsqlDataSource _writer;
    private readonly NpgsqlDataSource _leases;

    /// <param name="connectionString">The value of <c>ConnectionStrings__Postgres</c>.</param>
    /// <param name="writerLimits">For tests that have no time.</param>
    /// <exception cref="SettingsException">It is no connection string.</exception>
    public PostgresEngine(string connectionString, PostgresLimits? writerLimits = null)
    {
        _writerLimits = writerLimits ?? DefaultWriterLimits;
        _readers = PostgresSource.Open(connectionString, PostgresConnections.Readers, ReaderLimits, PostgresSource.Anew);
        _writer = PostgresSource.Open(connectionString, PostgresConnections.Writer, _writerLimits, PostgresSource.Seeks);
        _leases = PostgresSource.Open(connectionString, PostgresConnections.Leases, LeaseLimits);
    }

    public override string Name => "postgres";

    // As long as one statement may take, after which the writer before this one has failed too.
    public override TimeSpan LongestTurn => _writerLimits.Statement;

    public override bool TakesArrays => true;

    public override T Read<T>(Func<Session, T> work)
    {
        try
        {
            var (connection, transaction) = Begin(_readers, IsolationLevel.RepeatableRead, session => session.Execute("SET TRANSACTION READ ONLY"));
            using (connection)
            using (transaction)
            {
                return work(Open(connection, transaction));
            }
        }
        catch (NpgsqlException error) when (PostgresErrors.IsPassing(error))
        {
            throw Unavailable(_readers, error);
        }
    }

    public override T Write<T>(Func<Session, T> work)
    {
        try
        {
            // Read committed: the lock was waited for, and what its last holder wrote must be seen.
            var (connection, transaction) = Begin(_writer, IsolationLevel.ReadCommitted, session => session.Execute(TakeWriterLock, new { key = WriterLock }));
            using (connection)
            using (transaction)
            {
                var result = work(Open(connection, transaction));
                Commit(transaction);
                return result;
            }
        }
        catch (NpgsqlException error) when (PostgresErrors.IsPassing(error))
        {
            throw Unavailable(_writer, error);
        }
    }

    public override async Task<Lease?> TryHoldAsync(string name, CancellationToken cancellation)
    {
        try
        {
            return await PostgresLease.TryTakeAsync(_leases, name, cancellation);
        }
        catch (NpgsqlException error) when (PostgresErrors.IsPassing(error))
        {
            throw Unavailable(_leases, error);
        }
    }

    /// <summary>Texts are compared byte by byte, whatever the database's own order is: as SQLite does, and the same on every machine.</summary>
    public override string Adapt(string script) => TextType().Replace(script, "TEXT COLLATE \"C\"");

    public override void Prepare(Session session)
    {
        RefuseTooOld(int.Parse(session.First<string>("SHOW server_version_num")!, CultureInfo.InvariantCulture));

        // SQL_ASCII takes bytes as they come, and all that come are UTF-8.
        if (session.First<string>("SHOW server_encoding") is not ("UTF8" or "SQL_ASCII") and var encoding)
        {
            throw new SettingsException($"ConnectionStrings__Postgres names a database in {encoding}, which cannot hold every text: create one with ENCODING 'UTF8'.");
        }

        session.Execute("SET LOCAL statement_timeout = 0");
    }

    public override string In(string column, string parameter) => $"{column} = ANY(@{parameter})";

    public override void Dispose()
    {
        _readers.Dispose();
        _writer.Dispose();
        _leases.Dispose();
    }

    /// <param name="version">As in <c>server_version_num</c>: 130004 is 13.4.</param>
    internal static void RefuseTooOld(int version)
    {
        if (version / 10_000 < OldestVersion)
        {
            throw new SettingsException(
                $"ConnectionStrings__Postgres names a PostgreSQL {version / 10_000}, which cannot end the session of a process that froze: use {OldestVersion} or newer.");
        }
    }

    private (NpgsqlConnection Connection, NpgsqlTransaction Transaction) Begin(NpgsqlDataSource source, IsolationLevel isolation, Action<Session> first)
    {
        for (var isSecond = false; ; isSecond = true)
        {
            var connection = source.OpenConnection();
            try
            {
                var transaction = connection.BeginTransaction(isolation);
                first(Open(connection, transaction));
                return (connection, transaction);
            }
            catch (NpgsqlException error) when (!isSecond && PostgresErrors.IsLost(error))
            {
                // It died in the pool, with a restart of the server for example, and so did the others there. Nothing was done yet.
                connection.Dispose();
                source.Clear();
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
    }

    private Session Open(NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        new(this, connection, transaction, new ServerStatements(connection, transaction));

    private static void Commit(NpgsqlTransaction transaction)
    {
        try
        {
            transaction.Commit();
        }
        catch (NpgsqlException error) when (PostgresErrors.LeavesOpen(error))
        {
            throw PostgresErrors.ToUnavailable(error, mayBeStored: true);
        }
    }

    private static StoreUnavailableException Unavailable(NpgsqlDataSource source, NpgsqlException error)
    {
        if (PostgresErrors.IsStalePlan(error))
        {
            source.Clear();
        }

        return PostgresErrors.ToUnavailable(error);
    }

    [GeneratedRegex("""\bTEXT\b(?! COLLATE)""")]
    private static partial Regex TextType();
}
