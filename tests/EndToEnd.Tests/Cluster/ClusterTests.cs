using System.Net;
using System.Net.Http.Json;
using Xunit.Abstractions;

namespace LinkTracker.EndToEnd.Tests.Cluster;

/// <summary>The main job with two Edges and two Aggregators: whatever is done through one of them holds for all.</summary>
public sealed class ClusterTests(ClusterTests.Rig fixture, ITestOutputHelper output) : IClassFixture<ClusterTests.Rig>
{
    [FactWith(Need.Kafka, Need.Redis, Need.Postgres, Need.Toxiproxy)]
    public async Task A_click_on_any_Edge_leads_to_a_sale_at_any_Aggregator()
    {
        var cluster = await fixture.Cluster;
        var job = await MainJob.DoAsync([.. cluster.Edges.Select(edge => edge.Url)], [.. cluster.Aggregators.Select(aggregator => aggregator.Client)], "spring");
        foreach (var aggregator in cluster.Aggregators)
        {
            await job.UntilCountedAsync(aggregator.Client);
            await Eventually.HoldsAsync("all clicks are among the events", Eventually.Limit, async () =>
                (await aggregator.Client.ClickIdsAsync(job.Link.Id)).Intersect(job.ClickIds).Count() == job.ClickIds.Count);
        }
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres, Need.Toxiproxy)]
    public async Task A_change_of_a_link_is_on_every_Edge_soon_and_a_disabled_or_deleted_one_stops()
    {
        var cluster = await fixture.Cluster;
        var (one, other) = (cluster.Aggregators[0].Client, cluster.Aggregators[1].Client);
        var link = await one.CreateLinkAsync("change");
        var gone = await one.CreateLinkAsync("gone");
        output.WriteLine($"made: {await cluster.UntilRedirectsAsync(gone.Key, HttpStatusCode.Found)}");

        await ChangeAsync(other, HttpMethod.Patch, link, new { url = "https://shop.example.com/moved" });
        output.WriteLine($"moved: {await cluster.UntilRedirectsAsync(link.Key, HttpStatusCode.Found, target => target?.AbsolutePath == "/moved")}");

        await ChangeAsync(one, HttpMethod.Patch, link, new { disabled = true });
        output.WriteLine($"disabled: {await cluster.UntilRedirectsAsync(link.Key, HttpStatusCode.NotFound)}");

        await ChangeAsync(other, HttpMethod.Delete, gone);
        output.WriteLine($"deleted: {await cluster.UntilRedirectsAsync(gone.Key, HttpStatusCode.NotFound)}");
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

    private static async Task ChangeAsync(ApiClient client, HttpMethod method, Link link, object? change = null)
    {
        var (status, answer) = await client.SendAsync(method, $"/links/{link.Id}", change is null ? null : JsonContent.Create(change));
        Assert.True(status == HttpStatusCode.OK, $"{method}: {status} {answer}");
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
