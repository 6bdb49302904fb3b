using System.Globalization;
using Microsoft.Data.Sqlite;

namespace LinkTracker.Aggregator.Storage;

/// <summary>
/// The file <c>counts.db</c>: everything in it can be made again from the log, as far back as the log reaches. So a file
/// that cannot be read is set aside, not repaired.
/// </summary>
internal sealed class CountsDatabase(string path, TimeProvider clock)
{
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
        if (version > CountsSchema.Version)
        {
            throw new InvalidDataException(
                $"{path} has the tables of a newer version ({version}, this one knows {CountsSchema.Version}): start the newer version, or move the file away to count again from the log.");
        }

        if (version == 0)
        {
            connection.Run(CountsSchema.Tables);
            connection.Run("PRAGMA user_version = " + CountsSchema.Version.ToString(CultureInfo.InvariantCulture));
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
}
