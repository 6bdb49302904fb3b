using LinkTracker.Aggregator.Counting;
using Npgsql;

namespace LinkTracker.Aggregator.Storage.Postgres;

/// <summary>
/// The counts as PostgreSQL holds them: batches of a snapshot's interval, each in one transaction with the position that it leads to.
/// </summary>
/// <remarks>Safe for many threads at once; those that write one partition wait for one another.</remarks>
internal sealed class PostgresCounts(NpgsqlDataSource source, TimeProvider clock, ILogger<PostgresCounts> logger) : IPartitionCounts
{
    private readonly ClickBlockSealer _sealer = new(logger);

    public PartitionState? Read(int partition) => PostgresTransaction.Run(source, () =>
    {
        using var transaction = PostgresTransaction.ToRead(source);
        return new PostgresPositions(transaction).Read(partition);
    });

    /// <summary>Everything that is stored of a partition, to make its counts again elsewhere. To be disposed of.</summary>
    /// <exception cref="CountsException">It could not be read now.</exception>
    public PartitionSnapshot Snapshot(int partition) => PostgresTransaction.Run(source, () => PartitionSnapshot.Open(source, partition));

    public void Commit(CountBatch batch, PartitionStep step) => PostgresTransaction.Run(source, () =>
    {
        using var transaction = PostgresTransaction.ToWrite(source);
        if (new PostgresPositions(transaction).Move(batch, step))
        {
            new PostgresRollups(transaction, step.Partition).Add(batch);
            new PostgresBlocks(transaction, step.Partition, _sealer).Store(batch);
            new PostgresQuarantine(transaction).Store(batch, step.Partition, clock.GetUtcNow());
            transaction.Commit();
        }
    });
}
