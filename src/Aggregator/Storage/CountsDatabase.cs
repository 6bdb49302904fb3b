using System.Globalization;
using Microsoft.Data.Sqlite;

namespace LinkTracker.Aggregator.Storage;

/// <summary>
/// The file <c>counts.db</c>: everything in it can be made again from the log, as far back as the log reaches. So a file
/// that cannot be read is set aside, not repaired.
/// </summary>
internal sealed class CountsDatabase(string path, TimeProvider clock)
{
    private const int SchemaVersion = 1;

    private readonly string _connectionString = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30 }.ToString();

    static CountsDatabase() => SQLitePCL.Batteries_V2.Init();

    public TimeProvider Clock => clock;

    /// <summary>Runs work on the file.</summary>
    /// <exception cref="CountsException">Instead of SQLite's own exception, which stays behind this folder's door.</exception>
    public static T Run<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException exception)
        {
            // SQLite's own word for a damaged file: database disk image is malformed, or not a database at all.
            throw new CountsException($"The counts cannot be used: {exception.Message}", exception, exception.SqliteErrorCode is 11 or 26);
        }
    }

    /// <inheritdoc cref="Run{T}(Func{T})"/>
    public static void Run(Action work) => Run(() =>
    {
        work();
        return true;
    });

    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();

            // A commit returns after its fsync: what was counted may then leave the log, from where it could be counted again.
            connection.Run("PRAGMA synchronous = FULL");

            // What the file beside it shrinks back to after a long reading kept it from being emptied.
            connection.Run("PRAGMA journal_size_limit = 67108864");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Makes the file and its tables when they are not there.</summary>
    /// <exception cref="InvalidDataException">The file is from a newer version.</exception>
    /// <exception cref="SqliteException">Among others when the file is damaged.</exception>
    public void Prepare()
    {
        using var connection = Connect();
        connection.Run("PRAGMA journal_mode = WAL");
        using var transaction = connection.BeginTransaction(deferred: false);
        var version = connection.Ask<long>("PRAGMA user_version");
        if (version > SchemaVersion)
        {
            throw new InvalidDataException(
                $"{path} has the tables of a newer version ({version}, this one knows {SchemaVersion}): start the newer version, or move the file away to count again from the log.");
        }

        if (version == 0)
        {
            connection.Run(Tables);
            connection.Run("PRAGMA user_version = " + SchemaVersion.ToString(CultureInfo.InvariantCulture));
        }

        connection.Ask<long>("SELECT COUNT(*) FROM positions");
        connection.Ask<long>("SELECT COUNT(*) FROM (SELECT 1 FROM click_hours LIMIT 1)");
        connection.Ask<long>("SELECT COUNT(*) FROM (SELECT 1 FROM click_blocks LIMIT 1)");
        transaction.Commit();
    }

    /// <summary>Moves the file, and what SQLite keeps beside it, out of the way. Returns the new path.</summary>
    public string SetAside()
    {
        using (var connection = new SqliteConnection(_connectionString))
        {
            SqliteConnection.ClearPool(connection);
        }

        var stamp = clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'.'fff'Z'", CultureInfo.InvariantCulture);
        var target = $"{path}.damaged-{stamp}";
        foreach (var suffix in (string[])["-wal", "-shm", ""])
        {
            if (File.Exists(path + suffix))
            {
                File.Move(path + suffix, target + suffix);
            }
        }

        return target;
    }

    private static string Rollup(string table) => $"""
        CREATE TABLE {table} (
            dimension       INTEGER NOT NULL,
            link_id         INTEGER NOT NULL, -- 0: all links together
            bucket          INTEGER NOT NULL, -- hours or days since 1970, UTC
            value           TEXT    NOT NULL,
            raw             INTEGER NOT NULL,
            valid           INTEGER NOT NULL,
            unique_visitors INTEGER NOT NULL,
            head            INTEGER NOT NULL,
            prefetch        INTEGER NOT NULL,
            link_preview    INTEGER NOT NULL,
            bot             INTEGER NOT NULL,
            duplicate       INTEGER NOT NULL,
            PRIMARY KEY (dimension, link_id, bucket, value)
        ) WITHOUT ROWID;
        CREATE INDEX {table}_by_time ON {table} (bucket, link_id) WHERE dimension = 0;
        """;

    // Edge and epoch are 64-bit numbers without sign, stored as those with the same bits.
    private static readonly string Tables = Rollup("click_hours") + Rollup("click_days") + """
        CREATE TABLE positions (
            partition         INTEGER NOT NULL,
            edge              INTEGER NOT NULL,
            epoch             INTEGER NOT NULL,
            next              INTEGER NOT NULL,
            consumed          INTEGER NOT NULL,
            applied           INTEGER NOT NULL,
            duplicate_skipped INTEGER NOT NULL,
            quarantined       INTEGER NOT NULL,
            PRIMARY KEY (partition, edge, epoch),
            CHECK (consumed = applied + duplicate_skipped + quarantined)
        ) WITHOUT ROWID;

        -- A sealed row holds all clicks of its window, compressed; while a window grows, every transaction adds a row.
        CREATE TABLE click_blocks (
            id            INTEGER PRIMARY KEY,
            partition     INTEGER NOT NULL,
            edge          INTEGER NOT NULL,
            epoch         INTEGER NOT NULL,
            window        INTEGER NOT NULL,
            first_address INTEGER NOT NULL,
            sealed        INTEGER NOT NULL,
            first_time    INTEGER NOT NULL,
            last_time     INTEGER NOT NULL,
            count         INTEGER NOT NULL,
            links         BLOB    NOT NULL,
            data          BLOB    NOT NULL,
            UNIQUE (partition, edge, epoch, first_address)
        );
        CREATE INDEX click_blocks_by_time ON click_blocks (last_time, first_time);
        CREATE INDEX click_blocks_open ON click_blocks (partition, edge, epoch, window) WHERE sealed = 0;

        -- The time of each link's newest valid click.
        CREATE TABLE last_clicks (
            link_id INTEGER PRIMARY KEY,
            at      INTEGER NOT NULL
        );

        CREATE TABLE quarantine (
            id           INTEGER PRIMARY KEY,
            partition    INTEGER NOT NULL,
            edge         INTEGER NOT NULL,
            epoch        INTEGER NOT NULL,
            from_address INTEGER NOT NULL,
            to_address   INTEGER NOT NULL,
            missing      INTEGER NOT NULL,
            is_click     INTEGER NOT NULL, -- 1: the bytes are one click, whole as the log delivered it
            at           INTEGER NOT NULL, -- when it came here, Unix milliseconds
            reason       TEXT    NOT NULL,
            bytes        BLOB    NOT NULL
        );
        """;
}
