using Xunit.Abstractions;

namespace LinkTracker.EndToEnd.Tests.Cluster;

/// <summary>The promises of the cluster while everything it stands on fails, one thing after the other in random order.</summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    private const int Links = 60;
    private const int VisitorsOfEachEdge = 6;

    // 40 clicks of each visitor in a second, for a quarter of an hour.
    private const int MostClicks = 40 * 60 * 15;

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres, Need.Toxiproxy)]
    public Task When_processes_are_killed_no_answered_click_is_lost_and_none_is_counted_or_published_twice() => RunAsync(
        random => [.. Fault.Kills, .. Fault.Kills, .. Fault.ServerKills, .. Fault.EdgeKillsBehindCuts, Fault.Freeze(random.Next(2))],
        exact: false,
        publishEvents: true);

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres, Need.Toxiproxy)]
    public Task When_servers_and_paths_fail_exactly_the_answered_clicks_are_counted() => RunAsync(
        random => [Fault.BrokerOutage, .. Fault.ServerKills, .. Fault.Paths, .. Fault.AggregatorKills, Fault.Freeze(random.Next(2))],
        exact: true,
        publishEvents: false);

    private async Task RunAsync(Func<Random, Fault[]> choose, bool exact, bool publishEvents)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("LINKTRACKER_CHAOS_SEED"), out var given) ? given : Environment.TickCount;
        output.WriteLine($"LINKTRACKER_CHAOS_SEED={seed}");
        var random = new Random(seed);
        var faults = choose(random);
        random.Shuffle(faults);
        var context = $"seed {seed}, faults in this order: {string.Join("; ", faults.Select(fault => fault.Name))}";
        await using var rig = await ClusterRig.StartAsync(publishEvents ? [("Kafka__PublishEvents", "true")] : []);
        var links = new List<Link>();
        for (var i = 0; i < Links; i++)
        {
            links.Add(await rig.Aggregators[i % 2].Client.CreateLinkAsync($"chaos-{i}"));
        }

        await rig.UntilLinksAreKnownAsync(links.Count);
        using var load = new SteadyLoad(rig, links, VisitorsOfEachEdge, MostClicks);
        foreach (var fault in faults)
        {
            output.WriteLine($"{TimeProvider.System.GetUtcNow():HH:mm:ss} {fault.Name}; answered {load.Answered}");
            await fault.RunAsync(rig, load);
            await Task.Delay(TimeSpan.FromSeconds(2));
        }

        await load.StopAsync();
        var counted = await ClusterAudit.HoldsAsync(rig, load, exact, context);
        if (publishEvents)
        {
            await PublishedClicks.HoldAsync(rig.Kafka, load, context);
        }

        output.WriteLine($"in {load.Duration}: sent {load.Sent}, answered {load.Answered}, counted {counted}");
    }
}
