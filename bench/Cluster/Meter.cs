using System.Globalization;
using LinkTracker.Aggregator.Storage.Redis;

namespace LinkTracker.Cluster;

/// <summary>Time and processor time since its start.</summary>
internal sealed class Meter
{
    private readonly RedisConnection? _redis;
    private readonly double _redisSeconds;
    private readonly TimeSpan _cpu;
    private readonly long _since;

    private Meter(RedisConnection? redis)
    {
        _redis = redis;
        _redisSeconds = RedisSeconds();
        _cpu = Environment.CpuUsage.TotalTime;
        _since = TimeProvider.System.GetTimestamp();
    }

    /// <param name="redis">Whose processor time is taken too; null: it has no part.</param>
    public static Meter Start(RedisConnection? redis = null)
    {
        // What the run before has left is not this one's to clear away.
        GC.Collect();
        return new Meter(redis);
    }

    /// <summary>May be read more than once.</summary>
    public Sample Read(long clicks)
    {
        var seconds = TimeProvider.System.GetElapsedTime(_since).TotalSeconds;
        var cpu = Environment.CpuUsage.TotalTime - _cpu;
        return new Sample(clicks / seconds, cpu.TotalMicroseconds / clicks, (RedisSeconds() - _redisSeconds) * 1e6 / clicks);
    }

    private double RedisSeconds() => _redis is null ? 0 : _redis.Info().Sum(server => Seconds(server, "used_cpu_user") + Seconds(server, "used_cpu_sys"));

    private static double Seconds(Dictionary<string, string> server, string name) => double.Parse(server[name], CultureInfo.InvariantCulture);
}
