using System.Text.Json;
using LinkTracker.Aggregator.Codes;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;

namespace LinkTracker.Aggregator.Tests.Codes;

public abstract class DiscountCodeTests : EngineTests
{
    [EngineFact]
    public async Task A_code_has_every_field_of_the_contract()
    {
        await using var server = await StartAsync();
        var (partner, link) = await HasPartnerAsync(server, "ana");
        var code = (await server.PostAsync("/discount-codes", new { partnerId = partner, linkId = link, code = "Save-10", discountId = "d1", channel = "print" })).Ok();
        Assert.StartsWith("dcode_", code.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            ("Save-10", "d1", partner, link, "print", JsonValueKind.Null),
            (Text(code, "code"), Text(code, "discountId"), Text(code, "partnerId"), Text(code, "linkId"), Text(code, "channel"), code.GetProperty("disabledAt").ValueKind));
        Assert.Equal([Text(code, "id")], (await server.GetAsync("/discount-codes?partnerId=" + partner)).Ok().EnumerateArray().Select(item => Text(item, "id")));
        Assert.Empty((await server.GetAsync("/discount-codes?discountId=other")).Ok().EnumerateArray());
    }

    [EngineFact]
    public async Task A_typed_code_credits_the_link_in_whatever_spelling()
    {
        await using var server = await StartAsync();
        var (partner, link) = await HasPartnerAsync(server, "ana");
        (await server.PostAsync("/discount-codes", new { partnerId = partner, linkId = link, code = "SAVE-10" })).Ok();

        // The last one has a Cyrillic А.
        foreach (var (referralCode, customer) in new[] { ("SAVE-10", "1"), ("save10", "2"), ("  Save–10 ", "3"), ("SАVE-10", "4") })
        {
            var lead = (await server.PostAsync("/track/lead", new { clickId = "", referralCode, eventName = "e", customerExternalId = customer })).Ok();
            Assert.Equal(link, lead.GetProperty("link").GetProperty("id").GetString());
        }
    }

    [EngineFact]
    public async Task The_codes_of_a_link_that_is_moved_are_its_new_partners()
    {
        await using var server = await StartAsync();
        var (ana, link) = await HasPartnerAsync(server, "ana");
        var (ben, _) = await HasPartnerAsync(server, "ben");
        (await server.PostAsync("/discount-codes", new { partnerId = ana, linkId = link, code = "SAVE10" })).Ok();
        server.Database.Write(session => session.Execute("UPDATE links SET partner_id = (SELECT id FROM partners WHERE name = 'ben')"));
        Assert.Empty((await server.GetAsync("/discount-codes?partnerId=" + ana)).Ok().EnumerateArray());
        Assert.Equal(ben, Text(Assert.Single((await server.GetAsync("/discount-codes?partnerId=" + ben)).Ok().EnumerateArray()), "partnerId"));
    }

    [EngineFact]
    public async Task An_external_id_with_a_control_character_is_refused()
    {
        using var store = await OpenDatabaseAsync();
        var refusal = Assert.Throws<LinkTracker.Aggregator.Api.ApiError>(() => store.Database.Read(session => LinkStore.Get(session, "ext_a\0b")));
        Assert.Equal(422, refusal.Status);
    }

    [EngineFact]
    public async Task No_two_codes_look_alike_whichever_is_made_first()
    {
        await using var server = await StartAsync();
        var (partner, link) = await HasPartnerAsync(server, "ana");
        (await server.PostAsync("/discount-codes", new { partnerId = partner, linkId = link, code = "Save10" })).Ok();
        (await server.PostAsync("/links", new { url = "https://a.example/", key = "save-10" })).Refused(409, "conflict");
        (await server.PatchAsync("/links/" + link, new { key = "SAVE10" })).Refused(409, "conflict");
        (await server.PostAsync("/discount-codes", new { partnerId = partner, linkId = link, code = "save-10" })).Refused(409, "conflict");
        (await server.PostAsync("/discount-codes", new { partnerId = partner, linkId = link, code = "A-N-A" })).Refused(409, "conflict");

        (await server.PatchAsync("/links/" + link, new { key = "anna" })).Ok();
        (await server.PostAsync("/discount-codes", new { partnerId = partner, linkId = link, code = "ANA" })).Refused(409, "conflict");
    }

    [EngineFact]
    public async Task A_code_that_is_left_out_is_made_and_counts_for_the_length_of_the_next()
    {
        await using var server = await StartAsync();
        var (partner, link) = await HasPartnerAsync(server, "ana");
        var code = Text((await server.PostAsync("/discount-codes", new { partnerId = partner, linkId = link })).Ok(), "code");
        Assert.Equal(7, code.Length);
        await server.Database.WriteAsync(session => session.Add(LinkAliases.LiveCodes, 1_000_000), CancellationToken.None);
        Assert.Equal(9, Text((await server.PostAsync("/discount-codes", new { partnerId = partner, linkId = link })).Ok(), "code").Length);
        Assert.Equal(9, Text((await server.PostAsync("/links", new { url = "https://a.example/" })).Ok(), "key").Length);
    }

    [EngineFact]
    public async Task A_deleted_code_credits_nobody_and_can_be_given_again()
    {
        await using var server = await StartAsync();
        var (partner, link) = await HasPartnerAsync(server, "ana");
        var body = new { partnerId = partner, linkId = link, code = "SAVE10" };
        var id = Text((await server.PostAsync("/discount-codes", body)).Ok(), "id");
        Assert.Equal(id, Text((await server.DeleteAsync("/discount-codes/save-10")).Ok(), "id"));
        (await server.DeleteAsync("/discount-codes/" + id)).Refused(404, "not_found");
        Assert.Empty(Resolve(server, "SAVE10"));
        id = Text((await server.PostAsync("/discount-codes", body)).Ok(), "id");
        (await server.DeleteAsync("/discount-codes/" + id)).Ok();
        Assert.Equal(0, server.Database.Read(session => session.Counter(LinkAliases.LiveCodes)));
    }

    [EngineFact]
    public async Task Codes_die_with_their_link()
    {
        await using var server = await StartAsync();
        var (partner, link) = await HasPartnerAsync(server, "ana");
        (await server.PostAsync("/discount-codes", new { partnerId = partner, linkId = link, code = "SAVE10" })).Ok();
        (await server.DeleteAsync("/links/" + link)).Ok();
        Assert.Empty((await server.GetAsync("/discount-codes")).Ok().EnumerateArray());
        await server.HasLinkAsync("save10");
    }

    [EngineFact]
    public async Task Keys_win_over_discount_codes_and_those_over_normal_forms()
    {
        await using var server = await StartAsync();
        var (partner, link) = await HasPartnerAsync(server, "ana");
        (await server.PostAsync("/discount-codes", new { partnerId = partner, linkId = link, code = "SAVE10" })).Ok();
        var (other, third) = (await server.HasLinkAsync("Other"), await server.HasLinkAsync("third"));

        // As an import may leave them: two keys that only look alike, and one that looks like a discount code.
        await server.Database.WriteAsync(
            session => session.Execute("UPDATE links SET key_folded = 'other' WHERE id = @id", new { id = Number(third) })
                + session.Execute("UPDATE links SET key = 'save10', key_folded = 'save10' WHERE id = @id", new { id = Number(other) })
                + session.Execute("UPDATE link_places SET key = 'save10' WHERE link_id = @id", new { id = Number(other) }),
            CancellationToken.None);
        var found = Resolve(server, "save10", "SAVE-10", "other", "OTHER", "ANA", "nobody", "");
        Assert.Equal(
            [("ANA", link), ("OTHER", third), ("SAVE-10", link), ("other", third), ("save10", other)],
            found.Select(pair => (pair.Key, EntityId.Format(EntityId.Link, pair.Value))).OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }

    [EngineTheory]
    [InlineData("""{"code":"x y"}""", "code")]
    [InlineData("""{"code":"a/b"}""", "code")]
    [InlineData("""{"channel":"Mail!"}""", "channel")]
    [InlineData("""{"linkId":null}""", "linkId")]
    [InlineData("""{"partnerId":null}""", "partnerId")]
    public async Task A_bad_code_is_refused_by_the_name_of_its_field(string change, string field)
    {
        await using var server = await StartAsync();
        var (partner, link) = await HasPartnerAsync(server, "ana");
        var body = JsonSerializer.SerializeToNode(new { partnerId = partner, linkId = link, code = "c" })!.AsObject();
        foreach (var (name, value) in JsonSerializer.Deserialize<Dictionary<string, string?>>(change)!)
        {
            body[name] = value;
        }

        Assert.StartsWith(field, (await server.PostAsync("/discount-codes", body)).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task A_code_belongs_to_a_link_of_its_partner()
    {
        await using var server = await StartAsync();
        var (partner, link) = await HasPartnerAsync(server, "ana");
        var foreign = await server.HasLinkAsync("foreign");
        (await server.PostAsync("/discount-codes", new { partnerId = partner, linkId = foreign, code = "c" })).Refused(422, "unprocessable_entity");
        (await server.PostAsync("/discount-codes", new { partnerId = "pn_none", linkId = link, code = "c" })).Refused(404, "not_found");
        (await server.PostAsync("/discount-codes", new { partnerId = partner, linkId = "link_none", code = "c" })).Refused(404, "not_found");
    }

    internal static async Task<(string Partner, string Link)> HasPartnerAsync(AggregatorServer server, string key)
    {
        var partner = (await server.PostAsync("/partners", new { email = key + "@example.com", name = key, linkProps = new { url = "https://shop.example.com/" + key, key } })).Ok();
        return (Text(partner, "id"), Text(partner.GetProperty("links")[0], "id"));
    }

    private static IReadOnlyDictionary<string, long> Resolve(AggregatorServer server, params string[] codes) =>
        server.Database.Read(session => TypedCodes.Resolve(session, AggregatorServer.Domain, codes));

    private static long Number(string link) => EntityId.TryParse(EntityId.Link, link, out var id) ? id : throw new ArgumentException(link, nameof(link));

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}

public sealed class DiscountCodeTestsOnSqlite : DiscountCodeTests;

[OnPostgres]
public sealed class DiscountCodeTestsOnPostgres : DiscountCodeTests;
