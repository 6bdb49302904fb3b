using LinkTracker.ServiceDefaults;
using StackExchange.Redis;

namespace LinkTracker.Aggregator.Storage.Redis;

/// <summary>
/// The connections to the Redis server, or to every node of the cluster, that holds the counts. One for the process. While Redis is away a
/// call fails at once: nothing is kept to be sent later, since whoever counts begins again from the stored position.
/// </summary>
internal sealed class RedisConnection : IDisposable
{
    // How long after a failover at most the new master is found.
    private const int LookAgainSeconds = 5;

    private readonly ConnectionMultiplexer _connections;

    private RedisConnection(ConnectionMultiplexer connections) => _connections = connections;

    /// <summary>Connects, or goes on trying in the background when Redis is away.</summary>
    /// <param name="configuration">Hosts with ports and options, as in <see cref="Settings.RedisConfiguration"/>.</param>
    /// <exception cref="SettingsException">It cannot be read.</exception>
    public static RedisConnection Open(string configuration)
    {
        ConfigurationOptions options;
        try
        {
            options = ConfigurationOptions.Parse(configuration);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            // What is wrong in it may stand beside a password.
            throw new SettingsException("Redis__Configuration cannot be read: write hosts with ports and options, such as redis-1:6379,password=…");
        }

        if (options.EndPoints.Count == 0)
        {
            throw new SettingsException("Redis__Configuration names no server: write hosts with ports and options, such as redis-1:6379,password=…");
        }

        options.AbortOnConnectFail = false;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ConfigCheckSeconds = LookAgainSeconds;
        options.ReconnectRetryPolicy = new ExponentialRetry(250, 5_000);
        options.IncludeDetailInExceptions = false;
        options.ClientName ??= "LinkTracker";
        return new RedisConnection(ConnectionMultiplexer.Connect(options));
    }

    /// <summary>Runs a script on the master that holds the keys.</summary>
    /// <exception cref="CountsException">It was refused, or whether it was run is not known.</exception>
    public RedisResult Run(string script, IReadOnlyCollection<RedisKey> keys, params IReadOnlyCollection<RedisValue> arguments) =>
        Run(database => database.ScriptEvaluate(script, [.. keys], [.. arguments], CommandFlags.DemandMaster));

    /// <inheritdoc cref="Run(string, IReadOnlyCollection{RedisKey}, IReadOnlyCollection{RedisValue})"/>
    public T Run<T>(Func<IDatabase, T> work)
    {
        try
        {
            return work(_connections.GetDatabase());
        }
        catch (Exception exception) when (IsOfRedis(exception))
        {
            throw ToCountsException(exception);
        }
    }

    /// <summary>Sends several requests at once, and waits for all of their answers.</summary>
    /// <exception cref="CountsException">One of them was not answered.</exception>
    public T[] RunAll<T>(IEnumerable<Func<IDatabase, Task<T>>> requests) => Run(database =>
    {
        var answers = requests.Select(request => request(database)).ToArray();
        try
        {
            _connections.WaitAll(answers);
        }
        catch (AggregateException failures)
        {
            throw failures.InnerExceptions[0];
        }

        return Array.ConvertAll(answers, answer => answer.Result);
    });

    /// <summary>What each master that is connected tells of itself in INFO, by name.</summary>
    /// <exception cref="CountsException">None is connected, or one does not tell.</exception>
    public IReadOnlyList<Dictionary<string, string>> Info() => Run(_ =>
    {
        var masters = Masters();
        return masters.Count == 0
            ? throw new RedisConnectionException(ConnectionFailureType.UnableToConnect, "No master is connected.")
            : masters.Select(master => InfoOf((string)master.Execute("INFO")!)).ToList();
    });

    /// <summary>The masters that are connected now.</summary>
    public IReadOnlyList<IServer> Masters() => [.. _connections.GetServers().Where(server => server is { IsConnected: true, IsReplica: false })];

    public static bool IsOfRedis(Exception exception) =>
        exception is RedisException or RedisTimeoutException or RedisCommandException or TimeoutException;

    public void Dispose() => _connections.Dispose();

    // Lines of names and values, parted by a colon; those that begin with # are titles, and there is one called module for each module:
    // https://redis.io/commands/info
    private static Dictionary<string, string> InfoOf(string text) => text
        .Split("\r\n")
        .Where(line => line.Contains(':', StringComparison.Ordinal) && line[0] != '#')
        .Select(line => line.Split(':', 2))
        .DistinctBy(pair => pair[0])
        .ToDictionary(pair => pair[0], pair => pair[1]);

    private static CountsException ToCountsException(Exception exception) => exception switch
    {
        RedisServerException refusal => new CountsException(
            $"Redis refused to read or write counts: {refusal.Message}", refusal, IsDamage(refusal.Message)),
        _ => new CountsException("Redis did not answer: the counts cannot be read or written now.", exception),
    };

    // A key holds what is never written to it.
    private static bool IsDamage(string message) =>
        message.StartsWith("DAMAGED", StringComparison.Ordinal) || message.Contains("WRONGTYPE", StringComparison.Ordinal);
}
