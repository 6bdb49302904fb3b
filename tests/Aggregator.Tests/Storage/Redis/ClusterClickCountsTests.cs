using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Counting;

namespace LinkTracker.Aggregator.Tests.Storage.Redis;

/// <summary>What of the counts is left while Redis is away.</summary>
public sealed class ClusterClickCountsTests
{
    [FactWith(Need.Redis, Need.Postgres)]
    public async Task Links_show_their_clicks_as_of_the_snapshot_and_reports_are_refused()
    {
        await using var server = await RedisServer.StartAsync();
        using var counts = await CountsCluster.OpenAsync(server.Configuration);
        var at = new TestClick().At;
        counts.Count(new TestLog().Add(
            new TestClick(), new TestClick { At = at.AddDays(2) }, new TestClick { Link = 2, Agent = TestClick.Bot }, new TestClick { Visitor = 2, At = at.AddDays(1) }).Whole());
        var before = counts.Counts.ClicksOf([1, 2, 3, 1]);

        await server.KillAsync();

        Assert.Equal(new LinkClicks(3, at.AddDays(2).ToUnixTimeMilliseconds()), counts.Counts.ClicksOf([1, 2, 3, 1])[1]);
        Assert.Equal(before.OrderBy(link => link.Key), counts.Counts.ClicksOf([1, 2, 3, 1]).OrderBy(link => link.Key));
        Assert.Equal(4, counts.Clicks().Count);
        Assert.Throws<CountsException>(() => counts.Total());
        Assert.Throws<CountsException>(counts.Counts.Audit);
        Assert.Throws<CountsException>(() => counts.Counts.FirstHour(null));
    }
}
