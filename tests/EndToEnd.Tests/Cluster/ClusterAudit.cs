using System.Text.Json.Nodes;

namespace LinkTracker.EndToEnd.Tests.Cluster;

/// <summary>Compares what the visitors saw with what the cluster says, link by link.</summary>
internal static class ClusterAudit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    // A visitor's next click on the same link counts again after an hour.
    private static readonly TimeSpan RepeatsEnd = TimeSpan.FromHours(1);

    /// <summary>
    /// Waits until nothing is on its way any more, and checks each link: <c>answered ≤ counted ≤ sent</c>, every answered click counted, none
    /// twice, sums and single clicks the same, each visitor unique once a day and a repeat otherwise; and all equations.
    /// </summary>
    /// <param name="exact">Whether no Edge was killed: then nothing but the answered clicks may be counted.</param>
    /// <returns>The clicks that are counted.</returns>
    public static async Task<long> HoldsAsync(ClusterRig rig, SteadyLoad load, bool exact, string context)
    {
        Assert.True(load.Failures.IsEmpty, $"{load.Failures.Count} redirects failed; {context}\n{string.Join('\n', load.Failures.Take(10))}");
        Assert.True(load.Duration < RepeatsEnd, $"the run took {load.Duration}, and by then repeats count again; {context}");
        await UntilQuietAsync(rig, load, context);
        var total = 0L;
        foreach (var link in load.Links.Values)
        {
            total += await LinkHoldsAsync(rig, link, exact, context);
        }

        await EquationsHoldAsync(rig, total, context);
        return total;
    }

    private static async Task<long> LinkHoldsAsync(ClusterRig rig, LinkClicks link, bool exact, string context)
    {
        var counts = await rig.Aggregators[0].Client.CountsAsync(link.Link.Id, "clicks");
        var (raw, clicks, unique) = (Number(counts, "raw"), Number(counts, "clicks"), Number(counts, "unique"));
        var single = await rig.Aggregators[1].Client.ClickIdsAsync(link.Link.Id);
        var words = $"link {link.Link.Key}: answered {link.Answered.Count}, counted {raw}, valid {clicks}, unique {unique}, visitors {link.LeastVisitors} to "
            + $"{link.MostVisitors}, single clicks {single.Count}, sent {link.Sent}; {context}";
        Assert.True(single.Count == single.Distinct().Count(), $"a click twice; {words}");
        Assert.True(!link.Answered.Except(single).Any(), $"an answered click is missing; {words}");
        Assert.True(raw == single.Count, $"sums and single clicks differ; {words}");
        Assert.True(raw <= link.Sent && (!exact || raw == link.Answered.Count), $"more counted than there can be; {words}");
        Assert.True(unique >= link.LeastVisitors && unique <= link.MostVisitors, $"not every visitor is unique once; {words}");
        Assert.True(clicks == unique, $"a repeat was taken for a click that counts; {words}");
        return raw;
    }

    private static async Task UntilQuietAsync(ClusterRig rig, SteadyLoad load, string context)
    {
        var last = "";
        try
        {
            await Eventually.HoldsAsync("everything is counted", Patience, async () =>
            {
                var edges = await Task.WhenAll(rig.Edges.Select(edge => edge.FiguresAsync()));
                var appended = edges.Sum(edge => (long)edge["appended"]!);
                var backlog = edges.Sum(edge => (long)edge["backlog"]!);
                var (raw, single) = await CountedAsync(rig, load);
                last = $"appended {appended}, backlog {backlog}, counted {raw}, single clicks of the first link {single}, answered {load.Answered}, sent {load.Sent}";
                return backlog == 0 && raw == appended && single;
            });
        }
        catch (TimeoutException)
        {
            Assert.Fail($"not everything was counted: {last}; {context}\n{rig.Output}");
        }
    }

    // A snapshot's interval after the sums, single clicks are there.
    private static async Task<(long Raw, bool Single)> CountedAsync(ClusterRig rig, SteadyLoad load)
    {
        try
        {
            var client = rig.Aggregators[0].Client;
            var raw = (long)(await client.GetAsync("/analytics?groupBy=count&interval=all&event=clicks"))["raw"]!;
            foreach (var link in load.Links.Values)
            {
                if ((await client.ClickIdsAsync(link.Link.Id)).Count != await client.RawAsync(link.Link.Id))
                {
                    return (raw, false);
                }
            }

            return (raw, true);
        }
        catch (Xunit.Sdk.XunitException)
        {
            // Answers that are no success: reports wait for a server that has come back.
            return (-1, false);
        }
    }

    private static async Task EquationsHoldAsync(ClusterRig rig, long total, string context)
    {
        foreach (var edge in await Task.WhenAll(rig.Edges.Select(edge => edge.FiguresAsync())))
        {
            Assert.True(
                Number(edge, "offered") == Number(edge, "appended") + Number(edge, "dropped_declared")
                && Number(edge, "appended") == Number(edge, "delivered") + Number(edge, "backlog") + Number(edge, "quarantined")
                && Number(edge, "dropped_declared") == 0 && Number(edge, "quarantined") == 0,
                $"an Edge's figures do not add up: {edge}; {context}");
        }

        var partitions = new List<JsonNode>();
        foreach (var aggregator in rig.Aggregators)
        {
            var figures = (await aggregator.Client.StatsAsync())["aggregator"]!;
            partitions.AddRange(figures["partitions"]!.AsArray()!);
            Assert.Equal((long)figures["store"]!["applied"]!, (long)figures["store"]!["raw"]!);
        }

        Assert.True(partitions.Select(partition => (long)partition["partition"]!).Distinct().Count() == partitions.Count, $"a partition is counted twice; {context}");
        Assert.All(partitions, partition => Assert.Equal(
            Number(partition, "consumed"), Number(partition, "applied") + Number(partition, "duplicate_skipped") + Number(partition, "quarantined")));
        Assert.Equal((total, 0), (partitions.Sum(partition => Number(partition, "applied")), partitions.Sum(partition => Number(partition, "quarantined"))));
    }

    private static long Number(JsonNode figures, string name) => (long)figures[name]!;
}
