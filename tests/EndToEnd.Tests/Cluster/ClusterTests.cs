using System.Net;
using System.Net.Http.Json;

namespace LinkTracker.EndToEnd.Tests.Cluster;

/// <summary>The main job with two Edges and two Aggregators: whatever is done through one of them holds for all.</summary>
public sealed class ClusterTests(ClusterTests.Rig fixture) : IClassFixture<ClusterTests.Rig>
{
    [FactWith(Need.Kafka, Need.Redis, Need.Postgres, Need.Toxiproxy)]
    public async Task A_click_on_any_Edge_leads_to_a_sale_at_any_Aggregator()
    {
        var cluster = await fixture.Cluster;
        var link = await cluster.Aggregators[0].Client.CreateLinkAsync("spring");
        await cluster.UntilRedirectsAsync(link.Key, HttpStatusCode.Found);
        using var first = new Clicker(cluster.Edges[0].Url);
        using var second = new Clicker(cluster.Edges[1].Url);
        var clickId = await first.ClickForTokenAsync(link.Key, Clicker.Chrome + " ana");
        var other = await second.ClickForTokenAsync(link.Key, Clicker.Chrome + " ben");

        await cluster.Aggregators[0].Client.PostAsync("/track/lead", new { clickId, eventName = "Sign up", customerExternalId = "c-1" });
        await cluster.Aggregators[1].Client.PostAsync("/track/sale", new { customerExternalId = "c-1", amount = 4_900, invoiceId = "i-1" });

        foreach (var aggregator in cluster.Aggregators)
        {
            await Eventually.HoldsAsync("both clicks, the lead and the sale are counted", TimeSpan.FromSeconds(10), async () =>
            {
                var counts = await aggregator.Client.CountsAsync(link.Id);
                return ((long)counts["clicks"]!, (long)counts["leads"]!, (long)counts["sales"]!, (long)counts["saleAmount"]!) == (2, 1, 1, 4_900);
            });
            await Eventually.HoldsAsync("both clicks are among the events", TimeSpan.FromSeconds(20), async () =>
                (await aggregator.Client.ClickIdsAsync(link.Id)).Intersect([clickId, other]).Count() == 2);
        }
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres, Need.Toxiproxy)]
    public async Task A_change_of_a_link_is_on_every_Edge_soon_and_a_disabled_one_stops()
    {
        var cluster = await fixture.Cluster;
        var link = await cluster.Aggregators[0].Client.CreateLinkAsync("change");
        await cluster.UntilRedirectsAsync(link.Key, HttpStatusCode.Found);
        await cluster.Aggregators[1].Client.SendAsync(HttpMethod.Delete, $"/links/{link.Id}");
        await cluster.UntilRedirectsAsync(link.Key, HttpStatusCode.NotFound);
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres, Need.Toxiproxy)]
    public async Task A_vanity_key_has_one_owner_among_Aggregators()
    {
        var cluster = await fixture.Cluster;
        var attempts = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => cluster.Aggregators[i % 2].Client.SendAsync(
            HttpMethod.Post, "/links", JsonContent.Create(new { url = $"https://shop.example.com/{i}", key = "launch" }))));
        Assert.Single(attempts, attempt => attempt.Status == HttpStatusCode.OK);
        Assert.All(attempts.Where(attempt => attempt.Status != HttpStatusCode.OK), attempt => Assert.Equal(HttpStatusCode.Conflict, attempt.Status));
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres, Need.Toxiproxy)]
    public async Task A_sale_that_is_told_to_both_Aggregators_at_once_is_booked_once()
    {
        var cluster = await fixture.Cluster;
        var link = await cluster.Aggregators[0].Client.CreateLinkAsync("sale");
        await cluster.UntilRedirectsAsync(link.Key, HttpStatusCode.Found);
        using var visitor = new Clicker(cluster.Edges[1].Url);
        var clickId = await visitor.ClickForTokenAsync(link.Key);
        await cluster.Aggregators[0].Client.PostAsync("/track/lead", new { clickId, eventName = "Sign up", customerExternalId = "c-2" });

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i =>
            cluster.Aggregators[i % 2].Client.PostAsync("/track/sale", new { customerExternalId = "c-2", amount = 100, invoiceId = "i-2" })));
        Assert.Single(answers.Select(answer => answer.ToJsonString()).Distinct());
        Assert.Equal(100, (long)(await cluster.Aggregators[1].Client.CountsAsync(link.Id))["saleAmount"]!);
    }

    public sealed class Rig : IAsyncLifetime
    {
        private readonly Lazy<Task<ClusterRig>> _cluster = new(() => ClusterRig.StartAsync());

        // Started by the first test, so that skipped ones start nothing.
        internal Task<ClusterRig> Cluster => _cluster.Value;

        public Task InitializeAsync() => Task.CompletedTask;

        public async Task DisposeAsync()
        {
            if (_cluster.IsValueCreated)
            {
                await (await _cluster.Value).DisposeAsync();
            }
        }
    }
}
