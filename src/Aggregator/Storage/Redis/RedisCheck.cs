using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LinkTracker.Aggregator.Storage.Redis;

/// <summary>Whether the servers may hold counts: they must be new enough, and must never drop a key to make room.</summary>
internal sealed class RedisCheck(RedisConnection redis, ILogger<RedisCheck> logger) : IHealthCheck
{
    private const int OldestMajor = 6;

    /// <summary>For the start. Servers that are away are looked at by the health check once they answer.</summary>
    /// <exception cref="SettingsException">One of them may not.</exception>
    public void RefuseUnfit()
    {
        try
        {
            if (Unfit() is { } reason)
            {
                throw new SettingsException(reason);
            }
        }
        catch (CountsException exception)
        {
            Log.RedisNotChecked(logger, exception);
        }
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            return Task.FromResult(Unfit() is { } reason ? HealthCheckResult.Degraded(reason) : HealthCheckResult.Healthy());
        }
        catch (CountsException exception)
        {
            return Task.FromResult(HealthCheckResult.Degraded(exception.Message));
        }
    }

    private string? Unfit()
    {
        foreach (var info in redis.Info())
        {
            var version = info.GetValueOrDefault("redis_version", "0");
            if (!int.TryParse(version.Split('.')[0], out var major) || major < OldestMajor)
            {
                return $"Redis {version} is too old to hold the counts: use {OldestMajor} or newer.";
            }

            if (info.GetValueOrDefault("maxmemory_policy", "noeviction") is var policy and not "noeviction")
            {
                return $"Redis may drop counts when its memory is full (maxmemory-policy {policy}): set maxmemory-policy noeviction.";
            }
        }

        return null;
    }
}
