using System.Diagnostics.Metrics;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Tests.Api;
using Microsoft.Extensions.DependencyInjection;

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
            .WaitAsync(Eventually.Limit);
        Assert.All(replies, reply => Unavailable(reply));

        await proxy.HealAsync();
        await Eventually.HoldsAsync("writes work again", Eventually.Limit, async () =>
            (int)(await server.PostAsync("/links", new { url = "https://a.example/", key = "after" })).Status is 200 or 409);
    }

    [FactWith(Need.Postgres)]
    public async Task While_the_server_is_away_figures_that_need_none_are_shown_and_the_rest_is_not_measured()
    {
        await using var postgres = await PostgresServer.StartAsync();
        var connection = await postgres.CreateDatabaseAsync();
        await using var server = await AggregatorServer.StartAsync(change: settings => settings with { PostgresConnection = connection });
        Assert.Contains("linktracker.links.live", Measured(server));

        await postgres.KillAsync();
        var figures = (await server.GetAsync("/stats")).Ok();
        Assert.Equal("""{"unavailable":true}""", figures.GetProperty("conversions").GetRawText());
        Assert.Equal("""{"unavailable":true}""", figures.GetProperty("links").GetRawText());
        Assert.Equal(0, figures.GetProperty("aggregator").GetProperty("consumed").GetInt64());
        await Eventually.HoldsAsync("figures of before are not shown any more", Eventually.Limit, () =>
            Task.FromResult(!Measured(server).Any(name => name.StartsWith("linktracker.links.", StringComparison.Ordinal) || name.StartsWith("linktracker.conversions", StringComparison.Ordinal))));
        Assert.Contains("linktracker.counting.visitors", Measured(server));
    }

    [FactWith(Need.Postgres)]
    public async Task An_upload_that_cannot_be_queued_leaves_no_file()
    {
        await using var postgres = await PostgresServer.StartAsync();
        var connection = await postgres.CreateDatabaseAsync();
        await using var server = await AggregatorServer.StartAsync(change: settings => settings with { PostgresConnection = connection });

        await postgres.KillAsync();
        Unavailable(await server.SendAsync(HttpMethod.Post, "/links/import", "url\nhttps://a.example/\n", mediaType: "text/csv"));
        Assert.Empty(Directory.GetFiles(Path.Combine(server.Folder, "imports")));
    }

    [FactWith(Need.Postgres, Need.Toxiproxy)]
    public async Task A_network_that_swallows_everything_leaves_threads_to_say_that_the_process_lives()
    {
        await using var postgres = await PostgresServer.StartAsync();
        await using var toxiproxy = await Toxiproxy.StartAsync();
        var proxy = await toxiproxy.CreateProxyAsync(postgres.Port);
        var connection = (await postgres.CreateDatabaseAsync()).Replace($"Port={postgres.Port}", $"Port={proxy.Port}", StringComparison.Ordinal);
        ApiLimit.ReserveThreads();
        await using var server = await AggregatorServer.StartAsync(change: settings => settings with { PostgresConnection = connection });
        await server.HasLinkAsync("before");

        await proxy.SwallowAsync();
        var calls = Enumerable.Range(0, 400).Select(_ => server.GetAsync("/links/info?key=before")).ToList();

        // More than may work and wait: they are refused while the others are held up.
        var refused = await (await Task.WhenAny(calls).WaitAsync(Eventually.Limit));
        Assert.Contains("320 calls", Unavailable(refused), StringComparison.Ordinal);
        Assert.Contains(calls, call => !call.IsCompleted);
        Assert.Equal("ok", (await server.GetAsync("/healthz").WaitAsync(Eventually.Limit)).Text);
        (await server.GetAsync("/openapi.json").WaitAsync(Eventually.Limit)).Ok();

        Assert.All(await Task.WhenAll(calls).WaitAsync(TimeSpan.FromMinutes(3)), reply => Unavailable(reply));
    }

    /// <summary>The instruments of this server that have a value now.</summary>
    private static HashSet<string> Measured(AggregatorServer server)
    {
        var meters = server.App.Services.GetRequiredService<IMeterFactory>();
        var measured = new HashSet<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Scope == meters && instrument.IsObservable)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, _, _) => measured.Add(instrument.Name));
        listener.SetMeasurementEventCallback<int>((instrument, _, _, _) => measured.Add(instrument.Name));
        listener.Start();
        listener.RecordObservableInstruments();
        return measured;
    }

    private static string Unavailable(Reply reply) => reply.Refused(503, "service_unavailable");
}
