using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LinkTracker.EndToEnd.Tests.Cluster;

/// <summary>The one command that starts a cluster.</summary>
public sealed class ClusterScriptTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("linktracker-cluster-");

    // PostgreSQL runs as a user of its own, who must get there.
    public Task InitializeAsync() => Command.RunAsync("chmod", "755", _folder.FullName);

    public Task DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return Task.CompletedTask;
    }

    [FactWith(Need.Redis, Need.Postgres, Need.Kafka, Need.Curl)]
    public async Task It_does_the_main_job_and_has_its_counts_after_a_restart()
    {
        string[] edges = [Port(), Port()], aggregators = [Port(), Port()];
        (string, string)[] settings =
        [
            ("EDGE_PORTS", string.Join(' ', edges)), ("EDGE_ADMIN_PORTS", $"{Port()} {Port()}"), ("AGGREGATOR_PORTS", string.Join(' ', aggregators)),
        ];
        MainJob job;
        using (var first = new ClusterScript(_folder.FullName, settings))
        {
            await first.UntilReadyAsync();
            var started = first.ProcessIds();
            Assert.Equal(["aggregator1", "aggregator2", "edge1", "edge2", "kafka", "postgres", "redis"], started.Keys.Order());
            var clients = await ClientsAsync(aggregators);
            job = await MainJob.DoAsync([.. edges.Select(Url)], clients, "spring");
            await UntilCountedAsync(job, clients);
            await first.SignalAsync("TERM");
            Assert.Equal(0, await first.UntilEndAsync());
            Assert.DoesNotContain(started.Values, IsRunning);
        }

        using var second = new ClusterScript(_folder.FullName, settings);
        await second.UntilReadyAsync();
        await UntilCountedAsync(job, await ClientsAsync(aggregators));
        var again = second.ProcessIds();
        await second.StopAsync();
        Assert.DoesNotContain(again.Values, IsRunning);
    }

    [FactWith(Need.Redis, Need.Postgres, Need.Kafka, Need.Curl)]
    public async Task It_ends_all_that_it_started_and_goes_on_with_the_same_data()
    {
        var redisPort = Port();
        (string, string)[] settings = [("REDIS_PORT", redisPort), .. ServersOnly];
        using (var first = new ClusterScript(_folder.FullName, settings))
        {
            await first.UntilReadyAsync();
            await Command.RunAsync("redis-cli", "-e", "-p", redisPort, "set", "clicks", "7");
            var started = first.ProcessIds();
            Assert.Equal(["kafka", "postgres", "redis"], started.Keys.Order());
            await first.SignalAsync("TERM");
            Assert.Equal(0, await first.UntilEndAsync());
            Assert.DoesNotContain(started.Values, IsRunning);
        }

        var secret = await File.ReadAllTextAsync(InFolder("secret"));
        using var second = new ClusterScript(_folder.FullName, settings);
        await second.UntilReadyAsync();
        Assert.Equal("7\n", await Command.RunAsync("redis-cli", "-e", "-p", redisPort, "get", "clicks"));
        Assert.Equal(secret, await File.ReadAllTextAsync(InFolder("secret")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(InFolder("secret")));
        Assert.DoesNotContain(secret.Trim(), second.Output, StringComparison.Ordinal);

        var again = second.ProcessIds();
        await second.SignalAsync("KILL");
        await Eventually.HoldsAsync("the kernel ended all of it", Eventually.Limit, () => Task.FromResult(!again.Values.Any(IsRunning)));
    }

    [FactWith(Need.Redis, Need.Postgres, Need.Kafka, Need.Curl)]
    public async Task What_cannot_start_is_named_and_the_rest_is_ended()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        using var script = new ClusterScript(
            _folder.FullName, [("REDIS_PORT", Text(((IPEndPoint)taken.LocalEndpoint).Port)), .. ServersOnly]);
        Assert.Equal(1, await script.UntilEndAsync());
        Assert.Contains("cluster: redis ended at once:", script.Output, StringComparison.Ordinal);
        Assert.Contains("Address already in use", script.Output, StringComparison.Ordinal);
        Assert.Empty(script.ProcessIds());
    }

    [FactWith(Need.Redis, Need.Postgres, Need.Kafka, Need.Curl)]
    public async Task A_process_that_ends_by_itself_is_named_and_the_others_go_on()
    {
        using var script = new ClusterScript(_folder.FullName, ServersOnly);
        await script.UntilReadyAsync();
        var started = script.ProcessIds();
        await Command.RunAsync("kill", "-KILL", Text(started["redis"]));
        await Eventually.HoldsAsync(
            "it is named", Eventually.Limit, () => Task.FromResult(script.Output.Contains("redis ended with 137", StringComparison.Ordinal)));
        Assert.True(IsRunning(started["kafka"]));
        await script.SignalAsync("INT");
        Assert.Equal(0, await script.UntilEndAsync());
        Assert.DoesNotContain(started.Values, IsRunning);
    }

    private static (string, string)[] ServersOnly => [("EDGE_PORTS", ""), ("EDGE_ADMIN_PORTS", ""), ("AGGREGATOR_PORTS", "")];

    private static string Port() => Text(FreePort.Next());

    private static Uri Url(string port) => new($"http://127.0.0.1:{port}");

    private static async Task UntilCountedAsync(MainJob job, ApiClient[] clients)
    {
        foreach (var client in clients)
        {
            using (client)
            {
                await job.UntilCountedAsync(client);
            }
        }
    }

    // With the key as the README takes it.
    private async Task<ApiClient[]> ClientsAsync(string[] ports)
    {
        var key = await File.ReadAllTextAsync(InFolder("admin-key"));
        return [.. ports.Select(port => new ApiClient(Url(port), key.Trim()))];
    }

    private static bool IsRunning(int processId) => Directory.Exists($"/proc/{processId}");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private string InFolder(string name) => Path.Combine(_folder.FullName, name);
}
