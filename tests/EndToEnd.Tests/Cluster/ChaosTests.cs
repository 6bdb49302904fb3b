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
    public Task When_processes_are_killed_no_answered_click_is_lost_and_none_is_counted_twice() =>
        RunAsync([.. Fault.Kills, .. Fault.Kills, .. Fault.Servers.Skip(1)], exact: false);

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres, Need.Toxiproxy)]
    public Task When_servers_and_paths_fail_exactly_the_answered_clicks_are_counted() =>
        RunAsync([.. Fault.Servers, .. Fault.Paths, .. Fault.AggregatorKills], exact: true);

    private async Task RunAsync(Fault[] faults, bool exact)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("LINKTRACKER_CHAOS_SEED"), out var given) ? given : Environment.TickCount;
        new Random(seed).Shuffle(faults);
        output.WriteLine($"LINKTRACKER_CHAOS_SEED={seed}");
        await using var rig = await ClusterRig.StartAsync();
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
        await ClusterAudit.HoldsAsync(rig, load, exact, $"seed {seed}, faults in this order: {string.Join("; ", faults.Select(fault => fault.Name))}");
        output.WriteLine($"sent {load.Sent}, answered and counted {load.Answered}");
    }
}
