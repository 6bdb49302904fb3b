using Npgsql;

namespace LinkTracker.Aggregator.Storage;

/// <summary>
/// A lock that lives as long as a connection does. The server ends the connection of a holder that died or froze, and the holder asks
/// every second whether it still has it. Between the two moments there are two who think that they hold it.
/// </summary>
internal sealed class PostgresLease : Lease
{
    private const string IdleLimit = "SET idle_session_timeout = '8s'";
    private const string Take = "SELECT pg_try_advisory_lock(hashtextextended(@name, 0))";

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _beating;

    private PostgresLease(NpgsqlDataSource source, NpgsqlConnection connection)
    {
        (_source, _connection) = (source, connection);
        _beating = BeatAsync();
    }

    public override CancellationToken Lost => _lost.Token;

    /// <summary>Null when another holds that name.</summary>
    /// <exception cref="NpgsqlException">The server does not answer.</exception>
    public static async Task<PostgresLease?> TryTakeAsync(NpgsqlDataSource source, string name, CancellationToken cancellation)
    {
        var connection = await source.OpenConnectionAsync(cancellation);
        try
        {
            await using var command = new NpgsqlCommand(Take, connection) { Parameters = { new("name", name) } };
            if (await command.ExecuteScalarAsync(cancellation) is true)
            {
                await using var limit = new NpgsqlCommand(IdleLimit, connection);
                await limit.ExecuteNonQueryAsync(cancellation);
                return new PostgresLease(source, connection);
            }
        }
        catch
        {
            await CloseAsync(source, connection);
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    public override async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _beating;
        await CloseAsync(_source, _connection);
        _end.Dispose();
        _lost.Dispose();
    }

    private async Task BeatAsync()
    {
        using var timer = new PeriodicTimer(Beat);
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
            {
                await using var command = new NpgsqlCommand("SELECT 1", _connection);
                await command.ExecuteScalarAsync(_end.Token);
            }
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // Let go of.
        }
        catch (NpgsqlException)
        {
            await _lost.CancelAsync();
        }
    }

    // A connection that went back to the pool would hold the lock on.
    private static ValueTask CloseAsync(NpgsqlDataSource source, NpgsqlConnection connection)
    {
        source.Clear();
        return connection.DisposeAsync();
    }
}
