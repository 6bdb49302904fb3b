using System.Data;
using System.Data.Common;
using Npgsql;

namespace LinkTracker.Aggregator.Storage.Postgres;

/// <summary>One transaction of the counts. It ends without a trace unless it is committed. The driver is named here and nowhere else in this folder.</summary>
/// <remarks>For one thread, and one command at a time.</remarks>
internal sealed class PostgresTransaction : IDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private PostgresTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        _connection = connection;
        _transaction = transaction;
    }

    /// <summary>Everything in it is read from one snapshot.</summary>
    public static PostgresTransaction ToRead(NpgsqlDataSource source) => Begin(source, IsolationLevel.RepeatableRead, "SET TRANSACTION READ ONLY");

    /// <summary>What the last holder of a lock wrote is seen by who waited for it.</summary>
    public static PostgresTransaction ToWrite(NpgsqlDataSource source) => Begin(source, IsolationLevel.ReadCommitted, "SET TRANSACTION READ WRITE");

    /// <summary>Runs work on the database.</summary>
    /// <exception cref="CountsException">Instead of the driver's own exception. Whether a commit took effect is then not known.</exception>
    public static T Run<T>(NpgsqlDataSource source, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (NpgsqlException exception)
        {
            if (PostgresErrors.IsStalePlan(exception))
            {
                source.Clear();
            }

            throw new CountsException($"The counts cannot be used: {PostgresErrors.ReasonOf(exception)}", exception);
        }
    }

    /// <inheritdoc cref="Run{T}(NpgsqlDataSource, Func{T})"/>
    public static void Run(NpgsqlDataSource source, Action work) => Run(source, () =>
    {
        work();
        return true;
    });

    /// <param name="values">For $1 and those that follow: numbers, texts, bytes and arrays of them.</param>
    public DbCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlCommand(sql, _connection, _transaction);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }

    /// <returns>How many rows were changed.</returns>
    public int Execute(string sql, params ReadOnlySpan<object> values)
    {
        using var command = Command(sql, values);
        return command.ExecuteNonQuery();
    }

    /// <summary>Rows of a modest number, all of them at once, so that the next command may follow.</summary>
    public List<T> Query<T>(Func<DbDataReader, T> row, string sql, params ReadOnlySpan<object> values)
    {
        using var command = Command(sql, values);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(row(reader));
        }

        return rows;
    }

    public void Commit() => _transaction.Commit();

    public void Dispose()
    {
        _transaction.Dispose();
        _connection.Dispose();
    }

    private static PostgresTransaction Begin(NpgsqlDataSource source, IsolationLevel isolation, string first)
    {
        for (var isSecond = false; ; isSecond = true)
        {
            var connection = source.OpenConnection();
            try
            {
                var begun = new PostgresTransaction(connection, connection.BeginTransaction(isolation));
                begun.Execute(first);
                return begun;
            }
            catch (NpgsqlException exception) when (!isSecond && PostgresErrors.IsLost(exception))
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
}
