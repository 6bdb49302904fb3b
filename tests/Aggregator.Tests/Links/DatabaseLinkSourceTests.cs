using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Contracts.Links;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Links;

public abstract class DatabaseLinkSourceTests : EngineTests
{
    [EngineFact]
    public async Task A_reader_sees_what_is_there_then_every_change_of_its_place_in_order()
    {
        await using var server = await StartAsync();
        using var deadline = new CancellationTokenSource(Eventually.Limit);
        var old = await server.HasLinkAsync("old");
        await using var batches = server.App.Services.GetRequiredService<ILinkSource>().ReadAsync(0, deadline.Token).GetAsyncEnumerator(deadline.Token);

        var first = await NextAsync();
        Assert.True(first.CaughtUp);
        Assert.Equal("https://shop.example.com/old", Assert.Single(first.Changes).Link!.Url);

        (await server.PatchAsync("/links/" + old, new { url = "https://new.example.com/", disabled = true, redirectStatus = 308, queryPolicy = "none", channel = "c", trackConversion = true })).Ok();
        var link = Assert.Single((await NextAsync()).Changes).Link!;
        Assert.Equal(("https://new.example.com/", true, 308, QueryPolicy.None, "c", true), (link.Url, link.Disabled, link.RedirectStatus, link.QueryPolicy, link.Channel, link.TrackConversion));

        // A move empties the old place before it fills the new one.
        (await server.PatchAsync("/links/" + old, new { key = "moved", keepOldKey = false })).Ok();
        var move = (await NextAsync()).Changes;
        Assert.Equal([("old", false), ("moved", true)], move.Select(change => (change.Key, change.Link is not null)));

        (await server.DeleteAsync("/links/" + old)).Ok();
        var end = Assert.Single((await NextAsync()).Changes);
        Assert.Equal(("go.example.com", "moved", null), (end.Domain, end.Key, end.Link));
        Assert.True(end.Version > move[1].Version);

        async Task<LinkBatch> NextAsync()
        {
            Assert.True(await batches.MoveNextAsync());
            return batches.Current;
        }
    }

    [EngineFact]
    public async Task A_reader_that_comes_back_gets_only_what_it_missed()
    {
        await using var server = await StartAsync();
        using var deadline = new CancellationTokenSource(Eventually.Limit);
        var source = server.App.Services.GetRequiredService<ILinkSource>();
        await server.HasLinkAsync("a");
        var seen = (await FirstAsync(0)).Changes[^1].Version;
        await server.HasLinkAsync("b");
        Assert.Equal("b", Assert.Single((await FirstAsync(seen)).Changes).Key);
        Assert.Empty((await FirstAsync(seen + 1)).Changes);

        async Task<LinkBatch> FirstAsync(long after)
        {
            await using var batches = source.ReadAsync(after, deadline.Token).GetAsyncEnumerator(deadline.Token);
            Assert.True(await batches.MoveNextAsync());
            return batches.Current;
        }
    }

    [EngineFact]
    public async Task What_was_read_before_holds_for_the_same_installation_up_to_what_it_had_at_the_start()
    {
        await using var server = await StartAsync();
        var database = server.App.Services.GetRequiredService<Database>();
        await server.HasLinkAsync("a");
        var newest = database.Read(session => session.Counter(LinkStore.Version));
        var source = new DatabaseLinkSource(database, new LinkSignal(), server.App.Services.GetRequiredService<Installation>(), server.Clock);
        await server.HasLinkAsync("b");

        Assert.True(await source.HoldsAsync(new LinkPoint(source.Name, newest), CancellationToken.None));
        Assert.True(await source.HoldsAsync(new LinkPoint(source.Name, 0), CancellationToken.None));
        Assert.False(await source.HoldsAsync(new LinkPoint(source.Name, newest + 1), CancellationToken.None));
        Assert.False(await source.HoldsAsync(new LinkPoint("another", newest), CancellationToken.None));
    }

    [EngineFact]
    public async Task A_refused_change_reaches_nobody()
    {
        await using var server = await StartAsync();
        var id = await server.HasLinkAsync("a");
        var before = (await server.GetAsync("/stats")).Ok().GetProperty("links").GetProperty("version").GetInt64();
        (await server.PatchAsync("/links/" + id, new { url = "javascript:x" })).Refused(422, "unprocessable_entity");
        (await server.PostAsync("/links", new { url = "https://a.example/", key = "A" })).Refused(409, "conflict");
        Assert.Equal(before, (await server.GetAsync("/stats")).Ok().GetProperty("links").GetProperty("version").GetInt64());
    }

    [EngineFact]
    public async Task Only_changes_of_links_wait_until_they_are_served()
    {
        await using var server = await StartAsync();
        var token = server.Click(await server.HasLinkAsync("ana"));
        var signal = server.App.Services.GetRequiredService<LinkSignal>();
        signal.ReaderComes();
        signal.Raise();
        server.Clock.Holds = due => due <= TimeSpan.FromSeconds(1);
        (await server.PostAsync("/track/lead", new { clickId = token, eventName = "e", customerExternalId = "c" }).WaitAsync(Eventually.Limit)).Ok();
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 1 }).WaitAsync(Eventually.Limit)).Ok();

        var raised = signal.Raised;
        var change = server.HasLinkAsync("ben");
        await Eventually.HoldsAsync("the change was made", Eventually.Limit, () => Task.FromResult(signal.Raised > raised));
        Assert.False(change.IsCompleted);
        signal.Serve(signal.Raised);
        await change;
    }
}

public sealed class DatabaseLinkSourceTestsOnSqlite : DatabaseLinkSourceTests;

[OnPostgres]
public sealed class DatabaseLinkSourceTestsOnPostgres : DatabaseLinkSourceTests;
