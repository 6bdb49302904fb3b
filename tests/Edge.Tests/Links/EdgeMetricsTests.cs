using System.Diagnostics.Metrics;
using LinkTracker.Edge.Tests.Redirects;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Edge.Tests.Links;

/// <summary>Whoever watches the collector must see what <c>/stats</c> shows.</summary>
public sealed class EdgeMetricsTests
{
    // The instrument, with the value of its tag where it has one.
    private static readonly (string Figure, string Instrument)[] Figures =
    [
        ("edge.answered_before_durable", "linktracker.clicks.answered_before_durable"),
        ("edge.appended", "linktracker.clicks.appended"),
        ("edge.backlog", "linktracker.clicks.backlog"),
        ("edge.delivered", "linktracker.clicks.delivered"),
        ("edge.dropped_declared", "linktracker.clicks.dropped_declared"),
        ("edge.expired", "linktracker.clicks.expired"),
        ("edge.offered", "linktracker.clicks.offered"),
        ("edge.quarantined", "linktracker.clicks.quarantined"),
        ("edge.writable", "linktracker.clicks.writable"),
        ("redirects.expired", "linktracker.redirects expired"),
        ("redirects.handedOver", "linktracker.fast_lane.handed_over"),
        ("redirects.linkBytesLost", "linktracker.links.lost"),
        ("redirects.linkMemoryBytes", "linktracker.links.memory"),
        ("redirects.linkTableRebuilds", "linktracker.links.rebuilds"),
        ("redirects.links", "linktracker.links"),
        ("redirects.linksLoaded", "linktracker.links.loaded"),
        ("redirects.linksRefused", "linktracker.links.refused"),
        ("redirects.linksStale", "linktracker.links.stale"),
        ("redirects.linksUnreadable", "linktracker.links.unreadable"),
        ("redirects.loading", "linktracker.redirects loading"),
        ("redirects.notFound", "linktracker.redirects not_found"),
        ("redirects.redirected", "linktracker.redirects redirect"),
        ("redirects.refused", "linktracker.redirects refused"),
    ];

    // How the Edge was started, not what it did; docs/operations.md says so.
    private static readonly string[] OnlyInStats = ["edge.durable", "edge.epoch"];

    [Fact]
    public async Task Every_figure_of_the_sections_is_a_metric_with_the_same_value()
    {
        await using var edge = await EdgeProbe.StartAsync(isLoaded: false);
        using var metrics = new MeasuredFigures(edge.Service<IMeterFactory>());
        Assert.Equal(0, metrics.Collect()["linktracker.links.loaded"]);
        (await edge.GetAsync("/early")).Dispose();
        edge.Loads();
        await edge.UntilReadyAsync();
        _ = await edge.HasLinkAsync("spring");
        _ = await edge.HasLinkAsync("over", link => link with { ExpiresAt = DateTimeOffset.UnixEpoch.AddDays(1) });
        _ = await edge.HasLinkAsync("bad", link => link with { Url = "no header could carry this\n" });
        foreach (var path in new[] { "/spring", "/spring", "/over", "/nothing", "/nothing", "/nothing" })
        {
            (await edge.GetAsync(path)).Dispose();
        }

        (await edge.Client.PostAsync(new Uri("/spring", UriKind.Relative), null)).Dispose();

        var measured = metrics.Collect();
        Assert.Equal(
            MeasuredFigures.Read(edge.Service<IEnumerable<IStatsSection>>(), OnlyInStats),
            Figures.ToDictionary(row => row.Figure, row => measured.GetValueOrDefault(row.Instrument, -1)));
        Assert.Equal((2, 3, 1, 1, 1), (
            measured["linktracker.redirects redirect"], measured["linktracker.redirects not_found"], measured["linktracker.redirects expired"],
            measured["linktracker.redirects loading"], measured["linktracker.redirects refused"]));
        Assert.Equal((2, 1, 1), (measured["linktracker.links"], measured["linktracker.links.loaded"], measured["linktracker.links.refused"]));
    }
}
