using System.Data.Common;
using Dapper;

namespace LinkTracker.Aggregator.Storage;

/// <summary>
/// Statements that wait for each other, so that many share a round trip: each costs a server and this process more than most statements do.
/// What is asked or told goes off when the first answer is looked at, when something is to be done at once, or with the end of the work.
/// </summary>
internal sealed class ServerStatements(DbConnection connection, DbTransaction transaction) : Statements
{
    private DbBatch? _waiting;
    private List<Action<DbDataReader>> _readers = [];

    public override Lazy<IReadOnlyList<T>> Ask<T>(string sql, params ReadOnlySpan<(string Name, object? Value)> arguments)
    {
        var command = Add(_waiting ??= Open(), sql);
        foreach (var (name, value) in arguments)
        {
            Add(command, name, value);
        }

        IReadOnlyList<T>? rows = null;
        _readers.Add(reader => rows = reader.Parse<T>().AsList());
        return new Lazy<IReadOnlyList<T>>(() =>
        {
            if (rows is null)
            {
                Finish();
            }

            return rows ?? throw new InvalidOperationException("The round trip that this was asked in failed.");
        });
    }

    public override void Later(string sql, IReadOnlyList<string> names, IEnumerable<object?[]> rows)
    {
        foreach (var row in rows)
        {
            Add(_waiting ??= Open(), sql, names, row);
        }
    }

    public override int Execute(string sql, IReadOnlyList<string> names, IEnumerable<object?[]> rows)
    {
        using var batch = Open();
        foreach (var row in rows)
        {
            Add(batch, sql, names, row);
        }

        if (batch.BatchCommands.Count == 0)
        {
            return 0;
        }

        Finish();
        return batch.ExecuteNonQuery();
    }

    public override void Finish()
    {
        if (_waiting is not { } batch)
        {
            return;
        }

        var readers = _readers;
        (_waiting, _readers) = (null, []);
        using (batch)
        {
            if (readers.Count == 0)
            {
                batch.ExecuteNonQuery();
                return;
            }

            // What gives no rows is passed over, so the next result is the next one's that was asked for.
            using var reader = batch.ExecuteReader();
            foreach (var read in readers)
            {
                read(reader);
                reader.NextResult();
            }
        }
    }

    private DbBatch Open()
    {
        var batch = connection.CreateBatch();
        batch.Transaction = transaction;
        return batch;
    }

    private static DbBatchCommand Add(DbBatch batch, string sql)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = sql;
        batch.BatchCommands.Add(command);
        return command;
    }

    private static void Add(DbBatch batch, string sql, IReadOnlyList<string> names, object?[] row)
    {
        var command = Add(batch, sql);
        for (var i = 0; i < row.Length; i++)
        {
            Add(command, names[i], row[i]);
        }
    }

    private static void Add(DbBatchCommand command, string name, object? value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = "@" + name;
        parameter.Value = value ?? DBNull.Value;
        command.Parameters.Add(parameter);
    }
}
