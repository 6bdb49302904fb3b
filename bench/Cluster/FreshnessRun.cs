using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace LinkTracker.Cluster;

/// <summary>
/// How old the reports are: clicks links that were never clicked before, one after the other, each on the next Edge, and asks an Aggregator
/// until it shows the click. Meanwhile both Edges have other clicks to record.
/// </summary>
internal sealed class FreshnessRun(Options options, DirectoryInfo results)
{
    private const int LoadedLinks = 100;

    // Events are there once a snapshot has them.
    private const int SamplesPerEvent = 10;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    // Longer than a batch is gathered, and never the same, so that clicks meet it at any moment.
    private static readonly (int Least, int Most) BetweenMs = (20, 150);

    private readonly Random _random = new(1);

    public async Task RunAsync()
    {
        await using var cluster = await RunningCluster.StartAsync();
        var (counts, events) = (new Latencies("to a report's count"), new Latencies("to the list of events"));
        var eventSamples = Math.Max(1, options.Samples / SamplesPerEvent);
        var links = await cluster.Apis[0].CreateLinksAsync(LoadedLinks + options.Samples + eventSamples);
        await UntilServedAsync(cluster, links.Count);

        using var load = new LightLoad(cluster.Edges, links[..LoadedLinks], options.Load);
        await Task.Delay(WarmUp, TimeProvider.System);
        await FollowAsync(cluster, links.GetRange(LoadedLinks, options.Samples), (api, link) => api.HasCountedAsync(link), counts);
        await FollowAsync(cluster, links[(LoadedLinks + options.Samples)..], (api, link) => api.HasEventAsync(link), events);
        var perSecond = await load.StopAsync();
        var title = string.Create(CultureInfo.InvariantCulture, $"Freshness, with {perSecond:N0} other clicks/s");
        Console.WriteLine(Latencies.Table(title, counts, events));
        Latencies.Save(results, "freshness", title, counts, events);
    }

    private async Task FollowAsync(RunningCluster cluster, List<Link> links, Func<ApiOfCluster, Link, Task<bool>> shows, Latencies latencies)
    {
        for (var i = 0; i < links.Count; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(BetweenMs.Least, BetweenMs.Most)), TimeProvider.System);
            var (visitor, api) = (cluster.Visitors[i % cluster.Visitors.Count], cluster.Apis[i / cluster.Visitors.Count % cluster.Apis.Count]);
            var since = TimeProvider.System.GetTimestamp();
            await visitor.ClickAsync(links[i]);
            while (!await shows(api, links[i]))
            {
                Demand.Holds(TimeProvider.System.GetElapsedTime(since) < Limit, $"a click was not shown within {Limit}");
                await Task.Delay(Pause, TimeProvider.System);
            }

            latencies.Add(TimeProvider.System.GetElapsedTime(since));
        }
    }

    private static Task UntilServedAsync(RunningCluster cluster, int links) => Eventually.HoldsAsync("every Edge knows every link", Limit, async () =>
    {
        using var http = new HttpClient();
        var figures = await Task.WhenAll(cluster.EdgeAdmins.Select(admin => http.GetFromJsonAsync<JsonObject>(new Uri(admin, "/stats"))));
        return figures.All(edge => (long)edge!["redirects"]!["links"]! == links);
    });
}
