using System.Diagnostics;

namespace LinkTracker.EndToEnd.Tests.Cluster;

/// <summary>The servers that the cluster's tests rely on: they start, answer, and come back from a kill as they are said to.</summary>
public sealed class ServersTests(SharedServers servers) : IClassFixture<SharedServers>
{
    [FactWith(Need.Redis)]
    public async Task A_Redis_with_an_append_only_file_has_its_keys_after_a_kill()
    {
        await using var redis = await RedisServer.StartAsync(appendOnly: true);
        await redis.AskAsync("set", "clicks", "7");
        await redis.KillAsync();
        await redis.RestartAsync();
        Assert.Equal("7", await redis.AskAsync("get", "clicks"));
    }

    [FactWith(Need.Redis)]
    public async Task A_Redis_without_one_comes_back_empty()
    {
        await using var redis = await RedisServer.StartAsync();
        await redis.AskAsync("set", "clicks", "7");
        await redis.KillAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => redis.AskAsync("get", "clicks"));
        await redis.RestartAsync();
        Assert.Equal("", await redis.AskAsync("get", "clicks"));
    }

    [FactWith(Need.Redis)]
    public async Task A_paused_Redis_answers_once_it_is_resumed()
    {
        await using var redis = await RedisServer.StartAsync();
        await redis.PauseAsync();
        var answer = redis.AskAsync("ping");
        await Assert.ThrowsAsync<TimeoutException>(() => answer.WaitAsync(TimeSpan.FromMilliseconds(300)));
        await redis.ResumeAsync();
        Assert.Equal("PONG", await answer);
    }

    [FactWith(Need.Redis)]
    public async Task A_replica_takes_the_place_of_a_killed_master()
    {
        await using var cluster = await RedisCluster.StartAsync(replicas: true);
        var master = await cluster.MasterOfAsync("{lt7}");
        await master.AskAsync("set", "{lt7}", "clicks");
        await cluster.UntilReplicatedAsync(master);
        await master.KillAsync();
        await cluster.UntilHealthyAsync();
        var successor = await cluster.MasterOfAsync("{lt7}");
        Assert.NotSame(master, successor);
        Assert.Equal("clicks", await successor.AskAsync("get", "{lt7}"));
    }

    [FactWith(Need.Postgres)]
    public async Task What_PostgreSQL_committed_is_there_after_a_kill()
    {
        await using var postgres = await PostgresServer.StartAsync();
        await postgres.AskAsync("create table clicks as select 7 as raw");
        await postgres.KillAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => postgres.AskAsync("select raw from clicks"));
        await postgres.RestartAsync();
        Assert.Equal("7", await postgres.AskAsync("select raw from clicks"));
    }

    [FactWith(Need.Postgres)]
    public async Task Databases_of_one_PostgreSQL_know_nothing_of_each_other()
    {
        var postgres = await servers.Postgres;
        var one = await postgres.CreateDatabaseAsync();
        var other = await postgres.CreateDatabaseAsync();
        Assert.NotEqual(one, other);
        await postgres.AskAsync("create table clicks (raw int)", NameOf(one));
        Assert.Equal("", await postgres.AskAsync("select to_regclass('clicks')", NameOf(other)));
    }

    [FactWith(Need.Kafka)]
    public async Task What_Kafka_acknowledged_is_there_after_a_kill_and_after_a_stop()
    {
        await using var kafka = await KafkaBroker.StartAsync(settings: ("auto.create.topics.enable", "true"));
        var records = Path.GetTempFileName();
        await File.WriteAllTextAsync(records, "one\ntwo\n");
        await Command.RunAsync("kcat", "-b", kafka.BootstrapServers, "-P", "-t", "clicks", "-X", "acks=all", "-l", records);
        File.Delete(records);
        await kafka.KillAsync();
        await kafka.RestartAsync();
        Assert.Equal("one\ntwo\n", await ReadAsync(kafka));
        await kafka.StopAsync();
        await kafka.RestartAsync();
        Assert.Equal("one\ntwo\n", await ReadAsync(kafka));
    }

    [FactWith(Need.Kafka, Need.Toxiproxy)]
    public async Task Kafkas_clients_that_came_through_a_proxy_stay_behind_it()
    {
        var toxiproxy = await servers.Toxiproxy;
        var port = FreePort.Next();
        await using var kafka = await KafkaBroker.StartAsync(proxyPort: port);
        var proxy = await toxiproxy.CreateProxyAsync(kafka.PortBehindProxy, port);
        Assert.Contains($"broker 1 at {proxy.Address}", await Command.RunAsync("kcat", "-b", proxy.Address, "-L"), StringComparison.Ordinal);
        Assert.Contains($"broker 1 at {kafka.BootstrapServers}", await Command.RunAsync("kcat", "-b", kafka.BootstrapServers, "-L"), StringComparison.Ordinal);
    }

    [FactWith(Need.Redis, Need.Toxiproxy)]
    public async Task A_proxy_cuts_resets_swallows_delays_and_heals()
    {
        var toxiproxy = await servers.Toxiproxy;
        var redis = await servers.Redis;
        var proxy = await toxiproxy.CreateProxyAsync(redis.Port);
        Assert.Equal("PONG\n", await PingAsync(proxy));

        foreach (var fault in new[] { proxy.CutAsync, () => proxy.ResetAsync(TimeSpan.Zero), proxy.SwallowAsync, () => proxy.DelayAsync(TimeSpan.FromSeconds(60)) })
        {
            await fault();
            await Assert.ThrowsAsync<InvalidOperationException>(() => PingAsync(proxy));
            await proxy.HealAsync();
            Assert.Equal("PONG\n", await PingAsync(proxy));
        }
    }

    private static string NameOf(string database) => database[(database.LastIndexOf('=') + 1)..];

    private static Task<string> ReadAsync(KafkaBroker kafka) =>
        Command.RunAsync("kcat", "-b", kafka.BootstrapServers, "-C", "-t", "clicks", "-o", "beginning", "-e", "-q");

    // timeout ends redis-cli, which waits for its answer for ever, after a second.
    private static Task<string> PingAsync(ToxicProxy proxy) => Command.RunAsync(new ProcessStartInfo(
        "timeout", ["1", "redis-cli", "-e", "-p", proxy.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), "ping"]));
}
