using System.Data.Common;
using Dapper;

namespace LinkTracker.Aggregator.Counting.Partitions;

/// <summary>
/// Carries the wish to have the quarantine counted to whoever holds the partitions, and their answers back. An order stands in the
/// database until every partition has done it, so it survives the one who asked and those who are asked.
/// </summary>
internal sealed class ReplayOrders(DbDataSource database, int partitions, TimeProvider clock) : IQuarantineReplay
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private long _newest;

    /// <summary>The newest order that is known here; 0: none.</summary>
    public long Newest => Volatile.Read(ref _newest);

    public async Task<ReplayAnswer> AskAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var order = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "INSERT INTO replay_orders (asked_at) VALUES (now()) RETURNING number", cancellationToken: cancellation));
        Learn(order);
        while (true)
        {
            var answers = (await connection.QueryAsync<PartitionAnswer>(new CommandDefinition(
                "SELECT replayed, kept FROM replay_answers WHERE number = @order", new { order }, cancellationToken: cancellation))).AsList();
            if (answers.Count >= partitions)
            {
                return new ReplayAnswer(answers.Sum(answer => answer.Replayed), answers.Sum(answer => answer.Kept));
            }

            await Task.Delay(Pause, clock, cancellation);
        }
    }

    /// <summary>Looks whether others have asked.</summary>
    /// <exception cref="DbException">The database does not answer.</exception>
    public async Task LookAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        Learn(await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "SELECT COALESCE(MAX(number), 0) FROM replay_orders", cancellationToken: cancellation)));
    }

    /// <summary>The newest order that a partition has done; 0: none.</summary>
    /// <exception cref="DbException">The database does not answer.</exception>
    public long DoneBy(int partition)
    {
        using var connection = database.OpenConnection();
        return connection.ExecuteScalar<long>("SELECT COALESCE(MAX(number), 0) FROM replay_answers WHERE partition = @partition", new { partition });
    }

    /// <summary>A partition has done every order up to this one.</summary>
    /// <exception cref="DbException">The database does not answer.</exception>
    public void Answer(int partition, long order, ReplayAnswer answer)
    {
        using var connection = database.OpenConnection();
        connection.Execute(
            """
            INSERT INTO replay_answers (number, partition, replayed, kept)
            SELECT number, @partition, CASE WHEN number = @order THEN @Replayed ELSE 0 END, @Kept FROM replay_orders WHERE number <= @order
            ON CONFLICT (number, partition) DO NOTHING
            """,
            new { partition, order, answer.Replayed, answer.Kept });
    }

    private void Learn(long order)
    {
        for (var known = Newest; order > known; known = Newest)
        {
            Interlocked.CompareExchange(ref _newest, order, known);
        }
    }

    private sealed class PartitionAnswer
    {
        public long Replayed { get; set; }

        public long Kept { get; set; }
    }
}
