using LinkTracker.Aggregator.Tests.Api;

namespace LinkTracker.Aggregator.Tests.Engines;

/// <summary>What clients see while the server is away.</summary>
public sealed class PostgresAwayTests
{
    [FactWith(Need.Postgres)]
    public async Task While_the_server_is_away_each_call_says_so_and_afterwards_everything_works_again()
    {
        await using var postgres = await PostgresServer.StartAsync();
        var connection = await postgres.CreateDatabaseAsync();
        await using var server = await AggregatorServer.StartAsync(change: settings => settings with { PostgresConnection = connection });
        await server.HasLinkAsync("before");

        await postgres.KillAsync();
        foreach (var _ in Enumerable.Range(0, 3))
        {
            Assert.Contains("Nothing was changed", Unavailable(await server.PostAsync("/links", new { url = "https://a.example/", key = "between" })), StringComparison.Ordinal);
            Unavailable(await server.GetAsync("/links/info?key=before"));
        }

        Assert.Contains("the relational store cannot be reached", (await server.GetAsync("/readyz")).Text, StringComparison.Ordinal);

        await postgres.RestartAsync();
        await server.HasLinkAsync("between");
        (await server.GetAsync("/links/info?key=before")).Ok();
        (await server.GetAsync("/readyz")).Ok();
    }

    [FactWith(Need.Postgres, Need.Toxiproxy)]
    public async Task A_network_that_swallows_everything_holds_a_call_up_for_seconds_only()
    {
        await using var postgres = await PostgresServer.StartAsync();
        await using var toxiproxy = await Toxiproxy.StartAsync();
        var proxy = await toxiproxy.CreateProxyAsync(postgres.Port);
        var connection = (await postgres.CreateDatabaseAsync()).Replace($"Port={postgres.Port}", $"Port={proxy.Port}", StringComparison.Ordinal);
        await using var server = await AggregatorServer.StartAsync(change: settings => settings with { PostgresConnection = connection });
        await server.HasLinkAsync("before");

        await proxy.SwallowAsync();
        var replies = await Task
            .WhenAll([server.GetAsync("/links/info?key=before"), .. Enumerable.Range(0, 8).Select(i => server.PostAsync("/links", new { url = "https://a.example/", key = "k" + i }))])
            .WaitAsync(TimeSpan.FromMinutes(2));
        Assert.All(replies, reply => Unavailable(reply));

        await proxy.HealAsync();
        await Eventually.HoldsAsync("writes work again", TimeSpan.FromSeconds(60), async () =>
            (int)(await server.PostAsync("/links", new { url = "https://a.example/", key = "after" })).Status is 200 or 409);
    }

    private static string Unavailable(Reply reply) => reply.Refused(503, "service_unavailable");
}
