using System.Data.Common;
using Dapper;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Counting.Partitions;

/// <summary>
/// Carries the wish to have the quarantine counted to whoever holds the partitions, and their answers back. An order stands in the
/// database until every partition has done it, so it survives the one who asked and those who are asked.
/// </summary>
internal sealed class ReplayOrders(DbDataSource database, int partitions, TimeProvider clock) : IQuarantineReplay
{
    // Those before that every partition has done, and that nobody waits for any more, are forgotten with it.
    private const string Order =
        """
        WITH done AS (
            SELECT number FROM replay_answers JOIN replay_orders USING (number)
            WHERE asked_at < now() - @Kept GROUP BY number HAVING COUNT(*) >= @partitions
        ), answers AS (
            DELETE FROM replay_answers WHERE number IN (SELECT number FROM done)
        )
        DELETE FROM replay_orders WHERE number IN (SELECT number FROM done);
        INSERT INTO replay_orders (asked_at) VALUES (now()) RETURNING number
        """;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Kept = 2 * Patience;

    private long _newest;

    /// <summary>The newest order that is known here; 0: none.</summary>
    public long Newest => Volatile.Read(ref _newest);

    /// <summary>Returns when every partition has done it; null when that takes too long, or cannot be seen: the order stands all the same.</summary>
    /// <exception cref="StoreUnavailableException">There is no order: the database does not answer.</exception>
    public async Task<ReplayAnswer?> AskAsync(CancellationToken cancellation)
    {
        var order = await OrderAsync(cancellation);
        Learn(order);
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            while (true)
            {
                var answers = await AnswersAsync(order, either.Token);
                if (answers.Count >= partitions)
                {
                    return new ReplayAnswer(answers.Sum(answer => answer.Replayed), answers.Sum(answer => answer.Kept));
                }

                await Task.Delay(Pause, clock, either.Token);
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return null;
        }
        catch (DbException error) when (PostgresErrors.IsPassing(error))
        {
            return null;
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
            SELECT number, @partition, CASE WHEN number = @order THEN @Replayed ELSE 0 END, @Kept FROM replay_orders AS wish
            WHERE number <= @order AND NOT EXISTS (SELECT 1 FROM replay_answers AS given WHERE given.number = wish.number AND given.partition = @partition)
            ON CONFLICT (number, partition) DO NOTHING
            """,
            new { partition, order, answer.Replayed, answer.Kept });
    }

    private async Task<long> OrderAsync(CancellationToken cancellation)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            return await connection.ExecuteScalarAsync<long>(new CommandDefinition(Order, new { partitions, Kept }, cancellationToken: cancellation));
        }
        catch (DbException error) when (PostgresErrors.IsPassing(error))
        {
            throw PostgresErrors.ToUnavailable(error);
        }
    }

    // No connection is kept between two looks: there may be many who wait.
    private async Task<List<PartitionAnswer>> AnswersAsync(long order, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<PartitionAnswer>(new CommandDefinition(
            "SELECT replayed, kept FROM replay_answers WHERE number = @order", new { order }, cancellationToken: cancellation))).AsList();
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
