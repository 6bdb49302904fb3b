using System.Text.Json;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Contracts.Links;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Codes;

public abstract class AliasTests : EngineTests
{
    [EngineFact]
    public async Task A_renamed_link_keeps_its_old_key()
    {
        await using var server = await StartAsync();
        var id = await server.HasLinkAsync("ana");
        var renamed = (await server.PatchAsync("/links/" + id, new { key = "ana-2027" })).Ok();
        Assert.Equal(("ana-2027", "ana"), (renamed.GetProperty("key").GetString(), Names(renamed)));
        Assert.Equal([("ana", id), ("ana-2027", id)], await PlacesAsync(server));
        Assert.Equal(id, (await server.GetAsync($"/links/info?domain={AggregatorServer.Domain}&key=ana")).Ok().GetProperty("id").GetString());

        // Whatever changes later holds for both.
        (await server.PatchAsync("/links/" + id, new { url = "https://new.example/", disabled = true })).Ok();
        Assert.All(await StatesAsync(server), state => Assert.Equal(("https://new.example/", true), (state.Url, state.Disabled)));
        Assert.Equal(["ana", "ana-2027"], (await StatesAsync(server)).Select(state => state.Key));
    }

    [EngineFact]
    public async Task Old_typed_codes_still_credit_the_link()
    {
        await using var server = await StartAsync();
        var id = await server.HasLinkAsync("Summer-Ana");
        (await server.PatchAsync("/links/" + id, new { key = "ana" })).Ok();
        foreach (var (referralCode, customer) in new[] { ("Summer-Ana", "1"), ("SUMMERANA", "2"), ("ana", "3") })
        {
            var lead = (await server.PostAsync("/track/lead", new { clickId = "", referralCode, eventName = "e", customerExternalId = customer })).Ok();
            Assert.Equal(id, lead.GetProperty("link").GetProperty("id").GetString());
        }
    }

    [EngineFact]
    public async Task An_old_key_is_nobody_elses()
    {
        await using var server = await StartAsync();
        var (ana, ben) = (await server.HasLinkAsync("ana"), await server.HasLinkAsync("ben"));
        (await server.PatchAsync("/links/" + ana, new { key = "carl" })).Ok();
        foreach (var key in new[] { "ana", "ANA", "a-na" })
        {
            (await server.PostAsync("/links", new { url = "https://a.example/", key })).Refused(409, "conflict");
            (await server.PatchAsync("/links/" + ben, new { key })).Refused(409, "conflict");
        }
    }

    [EngineFact]
    public async Task A_link_may_have_its_old_key_back()
    {
        await using var server = await StartAsync();
        var id = await server.HasLinkAsync("ana");
        (await server.PatchAsync("/links/" + id, new { key = "ben" })).Ok();
        var back = (await server.PatchAsync("/links/" + id, new { key = "ana" })).Ok();
        Assert.Equal(("ana", "ben"), (back.GetProperty("key").GetString(), Names(back)));
        Assert.Equal(1, Counter(server, LinkAliases.LiveCodes));
    }

    [EngineFact]
    public async Task An_old_key_can_be_given_up()
    {
        await using var server = await StartAsync();
        var id = await server.HasLinkAsync("ana");
        Assert.Equal("", Names((await server.PatchAsync("/links/" + id, new { key = "ben", keepOldKey = false })).Ok()));
        Assert.Equal([("ana", null), ("ben", id)], await PlacesAsync(server));
        await server.HasLinkAsync("ana");
    }

    [EngineFact]
    public async Task Old_keys_die_with_their_link()
    {
        await using var server = await StartAsync();
        var id = await server.HasLinkAsync("ana");
        (await server.PatchAsync("/links/" + id, new { key = "ben" })).Ok();
        (await server.DeleteAsync("/links/" + id)).Ok();
        Assert.Equal([("ana", null), ("ben", null)], await PlacesAsync(server));
        Assert.Equal(0, Counter(server, LinkAliases.LiveCodes));
        await server.HasLinkAsync("ana");
    }

    [EngineFact]
    public async Task Of_keys_that_look_alike_one_has_a_place()
    {
        await using var server = await StartAsync();
        var id = await server.HasLinkAsync("ana");
        Assert.Equal("ana", Names((await server.PatchAsync("/links/" + id, new { key = "Ana" })).Ok()));
        Assert.Equal([("Ana", id), ("ana", null)], await PlacesAsync(server));

        // The newest of them stays behind as the place of the form.
        (await server.PatchAsync("/links/" + id, new { key = "ben" })).Ok();
        Assert.Equal([("Ana", id), ("ana", null), ("ben", id)], await PlacesAsync(server));
        (await server.PatchAsync("/links/" + id, new { key = "ANA", keepOldKey = false })).Ok();
        Assert.Equal([("ANA", id), ("Ana", null), ("ana", null), ("ben", null)], await PlacesAsync(server));
        Assert.Equal(2, Counter(server, LinkAliases.LiveCodes));
    }

    [EngineFact]
    public async Task A_link_has_at_most_a_hundred_old_keys()
    {
        await using var server = await StartAsync();
        var id = await server.HasLinkAsync("key0");
        for (var i = 1; i <= LinkAliases.MaxOfLink; i++)
        {
            (await server.PatchAsync("/links/" + id, new { key = "key" + i })).Ok();
        }

        Assert.Contains("keepOldKey", (await server.PatchAsync("/links/" + id, new { key = "last" })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        (await server.PatchAsync("/links/" + id, new { key = "last", keepOldKey = false })).Ok();
    }

    private static string Names(JsonElement link) => string.Join(' ', link.GetProperty("aliases").EnumerateArray().Select(alias => alias.GetString()));

    private static long Counter(AggregatorServer server, string name) => server.Database.Read(session => session.Counter(name));

    private static async Task<IReadOnlyList<LinkChange>> ChangesAsync(AggregatorServer server)
    {
        var source = server.App.Services.GetRequiredService<ILinkSource>();
        await foreach (var batch in source.ReadAsync(0, CancellationToken.None))
        {
            return [.. batch.Changes.OrderBy(change => change.Key, StringComparer.Ordinal)];
        }

        throw new InvalidOperationException("The source ended.");
    }

    private static async Task<IEnumerable<(string Key, string? Link)>> PlacesAsync(AggregatorServer server) =>
        (await ChangesAsync(server)).Select(change => (change.Key, EntityId.Format(EntityId.Link, change.Link?.Id)));

    private static async Task<IReadOnlyList<LinkState>> StatesAsync(AggregatorServer server) => [.. (await ChangesAsync(server)).Select(change => change.Link!)];
}

public sealed class AliasTestsOnSqlite : AliasTests;

[OnPostgres]
public sealed class AliasTestsOnPostgres : AliasTests;
