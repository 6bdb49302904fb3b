using System.Text.Json;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Codes;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Contracts.Links;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Api;

public abstract class PartnerStandingTests : EngineTests
{
    [EngineFact]
    public async Task A_banned_partner_shows_why_and_its_links_are_off_at_every_place()
    {
        await using var server = await StartAsync();
        var (partner, link) = await DiscountCodeTests.HasPartnerAsync(server, "ana");
        (await server.PatchAsync("/links/" + link, new { key = "ana-2" })).Ok();
        await server.HasLinkAsync("foreign");
        Assert.Equal(partner, Text((await server.PostAsync("/partners/ban", new { partnerId = partner, reason = "fake_traffic" })).Ok(), "partnerId"));

        var shown = (await server.GetAsync("/partners?status=banned")).Ok()[0];
        Assert.Equal(("banned", "fake_traffic"), (Text(shown, "status"), Text(shown, "bannedReason")));
        Assert.NotEmpty(Text(shown, "bannedAt"));
        Assert.Empty((await server.GetAsync("/partners?status=approved")).Ok().EnumerateArray());
        var off = (await server.GetAsync("/links/info?linkId=" + link)).Ok();
        Assert.Equal((true, "partner_banned"), (off.GetProperty("disabled").GetBoolean(), Text(off, "disabledReason")));
        Assert.Equal([("ana", true), ("ana-2", true), ("foreign", false)], await DisabledAsync(server));
    }

    [EngineFact]
    public async Task A_stopped_partner_gets_no_links_and_no_codes()
    {
        await using var server = await StartAsync();
        var (partner, link) = await DiscountCodeTests.HasPartnerAsync(server, "ana");
        (await server.PostAsync("/partners/deactivate", new { partnerId = partner })).Ok();
        Assert.StartsWith("partnerId", (await server.PostAsync("/links", new { url = "https://a.example/", partnerId = partner })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.StartsWith("partnerId", (await server.PostAsync("/partners/links", new { url = "https://a.example/", partnerId = partner })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.StartsWith("partnerId", (await server.PatchAsync("/links/" + link, new { disabled = false })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.StartsWith("partnerId", (await server.PostAsync("/discount-codes", new { partnerId = partner, linkId = link })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);

        // What is off may be written about, and somebody else may have it.
        (await server.PatchAsync("/links/" + link, new { comments = "why" })).Ok();
        Assert.Equal(JsonValueKind.Null, (await server.PatchAsync("/links/" + link, new { partnerId = "", disabled = false })).Ok().GetProperty("disabledReason").ValueKind);
    }

    [EngineFact]
    public async Task A_partner_that_goes_on_gets_back_what_was_disabled_for_that_and_nothing_else()
    {
        await using var server = await StartAsync();
        var (partner, _) = await DiscountCodeTests.HasPartnerAsync(server, "ana");
        await server.HasLinkAsync("off", new { partnerId = partner, disabled = true });
        var later = await server.HasLinkAsync("off-later", new { partnerId = partner });
        (await server.PostAsync("/partners/deactivate", new { partnerId = partner })).Ok();
        (await server.PatchAsync("/links/" + later, new { disabled = true })).Ok();
        (await server.PostAsync("/partners/ban", new { partnerId = partner, reason = "spam" })).Ok();
        Assert.Equal([("ana", true), ("off", true), ("off-later", true)], await DisabledAsync(server));
        (await server.PostAsync("/partners/reactivate", new { partnerId = partner })).Ok();
        Assert.Equal([("ana", false), ("off", true), ("off-later", true)], await DisabledAsync(server));
        var shown = (await server.GetAsync("/partners")).Ok()[0];
        Assert.Equal(("approved", JsonValueKind.Null, JsonValueKind.Null), (Text(shown, "status"), shown.GetProperty("bannedAt").ValueKind, shown.GetProperty("bannedReason").ValueKind));
    }

    [EngineFact]
    public async Task The_time_of_a_status_is_that_of_its_beginning()
    {
        await using var server = await StartAsync();
        var (partner, _) = await DiscountCodeTests.HasPartnerAsync(server, "ana");
        (await server.PostAsync("/partners/ban", new { partnerId = partner, reason = "spam" })).Ok();
        var since = Text((await server.GetAsync("/partners")).Ok()[0], "bannedAt");
        server.Clock.Ahead = TimeSpan.FromDays(1);
        (await server.PostAsync("/partners/ban", new { partnerId = partner, reason = "fraud" })).Ok();
        var shown = (await server.GetAsync("/partners")).Ok()[0];
        Assert.Equal((since, "fraud"), (Text(shown, "bannedAt"), Text(shown, "bannedReason")));
    }

    [EngineFact]
    public async Task A_ban_has_a_reason_of_the_contract_and_a_partner()
    {
        await using var server = await StartAsync();
        var (partner, _) = await DiscountCodeTests.HasPartnerAsync(server, "ana");
        Assert.StartsWith("reason", (await server.PostAsync("/partners/ban", new { partnerId = partner })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.StartsWith("reason", (await server.PostAsync("/partners/ban", new { partnerId = partner, reason = "mood" })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.StartsWith("partnerId", (await server.PostAsync("/partners/ban", new { reason = "spam" })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        (await server.PostAsync("/partners/deactivate", new { partnerId = "pn_none" })).Refused(404, "not_found");
    }

    [EngineFact]
    public async Task Share_links_have_one_address_and_one_picture_for_each_channel()
    {
        await using var server = await StartAsync();
        var (partner, link) = await DiscountCodeTests.HasPartnerAsync(server, "ana");
        var second = await server.HasLinkAsync("second", new { partnerId = partner });
        var shared = (await server.GetAsync($"/partners/{partner}/share-links")).Ok();
        Assert.Equal((link, "https://go.example.com/ana", 15), (Text(shared, "linkId"), Text(shared, "shortLink"), shared.GetProperty("channels").GetArrayLength()));
        var whatsapp = shared.GetProperty("channels").EnumerateArray().Single(channel => Text(channel, "channel") == "whatsapp");
        Assert.Equal("https://go.example.com/ana?ch=whatsapp", Text(whatsapp, "url"));
        Assert.Contains("/qr?url=https%3A%2F%2Fgo.example.com%2Fana%3Fch%3Dwhatsapp%26qr%3D1", Text(whatsapp, "qrCode"), StringComparison.Ordinal);
        Assert.Equal(second, Text((await server.GetAsync($"/partners/{partner}/share-links?linkId={second}")).Ok(), "linkId"));

        var foreign = await server.HasLinkAsync("foreign");
        (await server.GetAsync($"/partners/{partner}/share-links?linkId={foreign}")).Refused(422, "unprocessable_entity");
        (await server.GetAsync("/partners/pn_none/share-links")).Refused(404, "not_found");
        var bare = Text((await server.PostAsync("/partners", new { email = "bare@example.com" })).Ok(), "id");
        (await server.GetAsync($"/partners/{bare}/share-links")).Refused(404, "not_found");
    }

    [EngineFact]
    public async Task A_partners_report_has_its_earnings()
    {
        await using var server = await StartAsync();
        var (partner, link) = await DiscountCodeTests.HasPartnerAsync(server, "ana");
        await server.HasLinkAsync("other");
        foreach (var (referralCode, customerExternalId) in new[] { ("ana", "1"), ("other", "2") })
        {
            (await server.PostAsync("/track/lead", new { clickId = "", referralCode, eventName = "e", customerExternalId })).Ok();
            (await server.PostAsync("/track/sale", new { customerExternalId, amount = 1_000, currency = "usd" })).Ok();
        }

        var count = (await server.GetAsync("/partners/analytics?partnerId=" + partner)).Ok();
        Assert.Equal((0, 1, 1, 1_000, 0), Numbers(count));
        await HasCommissionAsync(server, "usd", 100);
        await HasCommissionAsync(server, "credit:usd", 7);
        Assert.Equal((0, 1, 1, 1_000, 100), Numbers((await server.GetAsync("/partners/analytics?partnerId=" + partner)).Ok()));

        await server.Database.WriteAsync(
            session => session.Execute("INSERT INTO programs (id, name, currency, is_test, created_at, updated_at) SELECT 7, 'Other', currency, 0, 0, 0 FROM programs"), CancellationToken.None);
        await HasCommissionAsync(server, "usd", 50, program: 7);
        Assert.Equal(150, Numbers((await server.GetAsync("/partners/analytics?partnerId=" + partner)).Ok()).Item5);
        var program = EntityId.Format(EntityId.Program, 7);
        Assert.Equal((0, 0, 0, 0, 50), Numbers((await server.GetAsync($"/partners/analytics?partnerId={partner}&programId={program}")).Ok()));
        await server.Database.WriteAsync(session => session.Execute("DELETE FROM commissions WHERE program_id = 7"), CancellationToken.None);

        var top = Assert.Single((await server.GetAsync($"/partners/analytics?groupBy=top_links&partnerId={partner}")).Ok().EnumerateArray());
        Assert.Equal((link, 100), (Text(top, "link"), top.GetProperty("earnings").GetInt64()));
        var series = (await server.GetAsync($"/partners/analytics?groupBy=timeseries&interval=7d&partnerId={partner}")).Ok().EnumerateArray().ToList();
        Assert.All(series, row => Assert.True(row.GetProperty("earnings").GetInt64() >= 0));
        Assert.Equal((1_000, 100), (series.Sum(row => row.GetProperty("saleAmount").GetInt64()), series.Sum(row => row.GetProperty("earnings").GetInt64())));
        (await server.GetAsync($"/partners/analytics?groupBy=countries&partnerId={partner}")).Refused(422, "unprocessable_entity");
        (await server.GetAsync("/partners/analytics")).Refused(422, "unprocessable_entity");
        Assert.False((await server.GetAsync("/analytics?interval=all")).Ok().TryGetProperty("earnings", out _));
    }

    private static Task<int> HasCommissionAsync(AggregatorServer server, string unit, long earnings, long? program = null) => server.Database.WriteAsync(
        session => session.Execute(
            """
            INSERT INTO commissions (id, program_id, rule_version, reward_id, side, type, unit, partner_id, conversion_id, link_id, order_key, basis, quantity, due, earnings, state,
                is_checked, is_test, occurred_at, available_at, version, created_at, updated_at)
            SELECT c.id + @earnings, COALESCE(@program, (SELECT MAX(id) FROM programs)), 1, @reward, 'referrer', 'sale', @unit, c.partner_id, c.id, c.link_id, 'k', 1000, 1, @earnings, @earnings, 'pending',
                0, 0, c.occurred_at, 0, 1, 0, 0 FROM conversions c WHERE c.kind = 'sale' AND c.partner_id IS NOT NULL
            """,
            new { unit, earnings, program, reward = $"{unit}-{earnings}" }),
        CancellationToken.None);

    private static async Task<IEnumerable<(string Key, bool IsDisabled)>> DisabledAsync(AggregatorServer server)
    {
        await foreach (var batch in server.App.Services.GetRequiredService<ILinkSource>().ReadAsync(0, CancellationToken.None))
        {
            return batch.Changes.Where(change => change.Link is not null).Select(change => (change.Key, change.Link!.Disabled)).OrderBy(pair => pair.Key, StringComparer.Ordinal);
        }

        throw new InvalidOperationException("The source ended.");
    }

    private static (long, long, long, long, long) Numbers(JsonElement row) => (
        row.GetProperty("clicks").GetInt64(), row.GetProperty("leads").GetInt64(), row.GetProperty("sales").GetInt64(), row.GetProperty("saleAmount").GetInt64(),
        row.GetProperty("earnings").GetInt64());

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}

public sealed class PartnerStandingTestsOnSqlite : PartnerStandingTests;

[OnPostgres]
public sealed class PartnerStandingTestsOnPostgres : PartnerStandingTests;
