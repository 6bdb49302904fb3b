using System.Data.Common;
using LinkTracker.Aggregator.Counting;
using Npgsql;

namespace LinkTracker.Aggregator.Storage.Postgres;

/// <summary>
/// All sums of a partition with the position at which they were right, from one moment. Rows are read as they are asked for, so memory
/// does not grow with their number; one enumeration at a time, each to its end.
/// </summary>
/// <exception cref="CountsException">While enumerating: the counts could not be read now.</exception>
internal sealed class PartitionSnapshot : IDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly PostgresTransaction _transaction;
    private readonly int _partition;

    private PartitionSnapshot(NpgsqlDataSource source, PostgresTransaction transaction, int partition)
    {
        _source = source;
        _transaction = transaction;
        _partition = partition;
        State = new PostgresPositions(transaction).Read(partition);
    }

    /// <summary>Null when nothing is stored of the partition; there are no sums then.</summary>
    public PartitionState? State { get; }

    public IEnumerable<KeyValuePair<CountKey, ClickTally>> Hours => Tallies("click_hours");

    /// <summary>With the day since 1970 in place of the hour.</summary>
    public IEnumerable<KeyValuePair<CountKey, ClickTally>> Days => Tallies("click_days");

    /// <summary>Unix milliseconds of each link's newest valid click.</summary>
    public IEnumerable<KeyValuePair<long, long>> LastClicks => Rows(
        reader => new KeyValuePair<long, long>(reader.GetInt64(0), reader.GetInt64(1)), "SELECT link_id, at FROM last_clicks WHERE partition = $1");

    public static PartitionSnapshot Open(NpgsqlDataSource source, int partition)
    {
        var transaction = PostgresTransaction.ToRead(source);
        try
        {
            // Rows come as fast as they are taken, and that may take a while.
            transaction.Execute("SET LOCAL statement_timeout = 0");
            return new PartitionSnapshot(source, transaction, partition);
        }
        catch
        {
            transaction.Dispose();
            throw;
        }
    }

    public void Dispose() => _transaction.Dispose();

    private IEnumerable<KeyValuePair<CountKey, ClickTally>> Tallies(string table) => Rows(
        reader => new KeyValuePair<CountKey, ClickTally>(KeyOf(reader), TallyOf(reader)),
        $"SELECT dimension, link_id, bucket, value, {PostgresRollups.Tallies} FROM {table} WHERE partition = $1");

    private IEnumerable<T> Rows<T>(Func<DbDataReader, T> row, string sql)
    {
        using var command = _transaction.Command(sql, _partition);
        using var reader = PostgresTransaction.Run(_source, command.ExecuteReader);
        while (PostgresTransaction.Run(_source, reader.Read))
        {
            yield return row(reader);
        }
    }

    private static CountKey KeyOf(DbDataReader reader) =>
        new((Dimension)reader.GetInt16(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetString(3));

    private static ClickTally TallyOf(DbDataReader reader) => new()
    {
        Raw = reader.GetInt64(4),
        Valid = reader.GetInt64(5),
        Unique = reader.GetInt64(6),
        Head = reader.GetInt64(7),
        Prefetch = reader.GetInt64(8),
        LinkPreview = reader.GetInt64(9),
        Bot = reader.GetInt64(10),
        Duplicate = reader.GetInt64(11),
    };
}
