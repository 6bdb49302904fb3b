using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Storage.Redis;
using LinkTracker.Aggregator.Tests.Counting;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LinkTracker.Aggregator.Tests.Storage.Redis;

public sealed class RedisCheckTests
{
    private readonly TestLogger<RedisCheck> _logger = new();

    [Theory]
    [InlineData("")]
    [InlineData("password=hunter2")]
    [InlineData("redis:6379,pasword=hunter2")]
    [InlineData("redis:6379,connectTimeout=hunter2")]
    public void A_configuration_that_cannot_be_read_stops_the_start_and_is_not_shown(string configuration)
    {
        var error = Assert.Throws<SettingsException>(() => RedisConnection.Open(configuration).Dispose());
        Assert.StartsWith("Redis__Configuration ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.Message, StringComparison.Ordinal);
    }

    [FactWith(Need.Redis)]
    public async Task A_Redis_that_may_drop_keys_stops_the_start_and_degrades_the_health()
    {
        await using var server = await RedisServer.StartAsync();
        using var redis = RedisConnection.Open(server.Configuration);
        var check = new RedisCheck(redis, _logger);
        check.RefuseUnfit();
        Assert.Equal(HealthStatus.Healthy, (await check.CheckHealthAsync(new HealthCheckContext())).Status);

        await server.AskAsync("config", "set", "maxmemory-policy", "allkeys-lru");
        Assert.Contains("set maxmemory-policy noeviction", Assert.Throws<SettingsException>(check.RefuseUnfit).Message, StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Degraded, (await check.CheckHealthAsync(new HealthCheckContext())).Status);
    }

    [FactWith(Need.Redis)]
    public async Task A_cluster_is_looked_at_node_by_node()
    {
        await using var cluster = await RedisCluster.StartAsync();
        using var redis = RedisConnection.Open(cluster.Configuration);
        var check = new RedisCheck(redis, _logger);
        check.RefuseUnfit();

        await cluster.Nodes[2].AskAsync("config", "set", "maxmemory-policy", "volatile-ttl");
        Assert.Throws<SettingsException>(check.RefuseUnfit);
    }

    [FactWith(Need.Redis)]
    public async Task A_Redis_that_is_away_does_not_stop_the_start()
    {
        var server = await RedisServer.StartAsync();
        await server.DisposeAsync();
        using var redis = RedisConnection.Open(server.Configuration + ",connectTimeout=500");
        var check = new RedisCheck(redis, _logger);
        check.RefuseUnfit();

        await _logger.LoggedAsync<CountsException>(3044);
        var health = await check.CheckHealthAsync(new HealthCheckContext());
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.DoesNotContain("127.0.0.1", health.Description, StringComparison.Ordinal);
    }

    [FactWith(Need.Redis)]
    public async Task A_Redis_that_does_not_tell_its_settings_does_not_stop_the_start()
    {
        await using var server = await RedisServer.StartAsync();
        await server.AskAsync("acl", "setuser", "counter", "on", ">secret", "~*", "+@all", "-info");
        using var redis = RedisConnection.Open(server.Configuration + ",user=counter,password=secret");
        new RedisCheck(redis, _logger).RefuseUnfit();

        await _logger.LoggedAsync<CountsException>(3044);
    }

    [FactWith(Need.Redis)]
    public async Task The_rights_that_are_asked_for_suffice()
    {
        await using var server = await RedisServer.StartAsync();
        await server.AskAsync("acl", "setuser", "counter", "on", ">secret", "~{lt*", "+@read", "+@write", "+@scripting", "+@connection", "+info", "+cluster");
        using var redis = RedisConnection.Open(server.Configuration + ",user=counter,password=secret");
        new RedisCheck(redis, _logger).RefuseUnfit();
        using var file = new CountsFile();
        var partition = new CountedPartition(redis);
        await partition.Rebuild();
        partition.Count(file.Count(new TestLog().Add(new TestClick()).Whole()));
        partition.Snapshot();
        await partition.Rebuild();

        Assert.Equal(file.Answers(), CountsRig.Answers(new RedisRollups(redis, 1, _ => 0).Rollup));
        Assert.Single((await server.AskAsync("keys", "*:links")).Split('\n'));
    }
}
