using System.Text.Json;
using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Codes;
using LinkTracker.Aggregator.Tests.Engines;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Programs;

public abstract class ContactsTests : EngineTests
{
    [EngineFact]
    public async Task Of_a_friend_only_a_hash_is_kept_by_which_it_is_found()
    {
        await using var server = await StartAsync();
        var (partner, link) = await DiscountCodeTests.HasPartnerAsync(server, "ana");
        var program = await DefaultAsync(server);
        var reply = await server.PostAsync($"/programs/{program}/contacts", new { partnerId = partner, email = " Friend@Example.com" });
        Assert.Equal(201, (int)reply.Status);
        Assert.DoesNotContain("riend", reply.Text, StringComparison.Ordinal);
        Assert.Equal((program, partner, link), (Text(reply.Body, "programId"), Text(reply.Body, "partnerId"), Text(reply.Body, "linkId")));

        var touch = Assert.Single(Find(server, "friend@example.com", null));
        Assert.Equal((Method.Contact, link, partner), (touch.Method, EntityId.Format(EntityId.Link, touch.LinkId), EntityId.Format(EntityId.Partner, touch.PartnerId)));
        Assert.Empty(Find(server, "other@example.com", "friend@example.com"));
        Assert.DoesNotContain(
            server.Database.Read(session => session.Query<string>("SELECT hash FROM contacts")), stored => stored.Contains("riend", StringComparison.Ordinal));
    }

    [EngineFact]
    public async Task Who_names_the_same_friend_again_stays_with_the_first_time()
    {
        await using var server = await StartAsync();
        var (ana, _) = await DiscountCodeTests.HasPartnerAsync(server, "ana");
        var (ben, link) = await DiscountCodeTests.HasPartnerAsync(server, "ben");
        var path = $"/programs/{await DefaultAsync(server)}/contacts";
        var first = (await server.PostAsync(path, new { partnerId = ana, externalId = "7", key = "ana" })).Ok();
        server.Clock.Ahead = TimeSpan.FromDays(1);
        Assert.Equal(first.GetRawText(), (await server.PostAsync(path, new { partnerId = ana, externalId = "7" })).Ok().GetRawText());
        (await server.PostAsync(path, new { partnerId = ben, externalId = "7", linkId = link })).Ok();
        Assert.Equal([ana, ben], Find(server, null, "7").Select(touch => EntityId.Format(EntityId.Partner, touch.PartnerId)));
    }

    [EngineFact]
    public async Task What_names_nobody_or_by_another_link_is_refused()
    {
        await using var server = await StartAsync();
        var (ana, link) = await DiscountCodeTests.HasPartnerAsync(server, "ana");
        var (ben, foreign) = await DiscountCodeTests.HasPartnerAsync(server, "ben");
        var other = await ProgramsTests.HasProgramAsync(server, new { });
        var path = $"/programs/{await DefaultAsync(server)}/contacts";
        foreach (var (body, field) in new (object, string)[]
        {
            (new { partnerId = ana }, "email"),
            (new { partnerId = ana, email = "a@b", externalId = "7" }, "email"),
            (new { partnerId = ana, email = "nobody" }, "email"),
            (new { partnerId = ana, externalId = new string('x', 101) }, "externalId"),
            (new { email = "a@b" }, "partnerId"),
            (new { partnerId = ana, email = "a@b", linkId = foreign }, "linkId"),
            (new { partnerId = ana, email = "a@b", key = "ben" }, "linkId"),
        })
        {
            Assert.StartsWith(field, (await server.PostAsync(path, body)).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        }

        (await server.PostAsync(path, new { partnerId = ana, email = "a@b", key = "none" })).Refused(404, "not_found");
        (await server.PostAsync(path, new { partnerId = "pn_none", email = "a@b" })).Refused(404, "not_found");
        Assert.StartsWith("linkId", (await server.PostAsync($"/programs/{other}/contacts", new { partnerId = ana, email = "a@b", linkId = link })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        (await server.PostAsync("/partners/ban", new { partnerId = ben, reason = "spam" })).Ok();
        Assert.StartsWith("partnerId", (await server.PostAsync(path, new { partnerId = ben, email = "a@b" })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.Equal(0, server.Database.Read(session => session.First<long>("SELECT COUNT(*) FROM contacts")));
    }

    private static List<Touch> Find(AggregatorServer server, string? email, string? externalId)
    {
        var hashes = server.App.Services.GetRequiredService<ContactHash>().Of(email, externalId);
        return [.. server.Database.Read(session => ContactStore.Ask(session, hashes).Value).SelectMany(touches => touches)];
    }

    private static async Task<string> DefaultAsync(AggregatorServer server) =>
        Text((await server.GetAsync("/programs")).Ok().EnumerateArray().Single(program => program.GetProperty("isDefault").GetBoolean()), "id");

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}

public sealed class ContactsTestsOnSqlite : ContactsTests;

[OnPostgres]
public sealed class ContactsTestsOnPostgres : ContactsTests;
