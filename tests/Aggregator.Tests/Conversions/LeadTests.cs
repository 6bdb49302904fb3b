using System.Text.Json;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;

namespace LinkTracker.Aggregator.Tests.Conversions;

public abstract class LeadTests : EngineTests
{
    [EngineFact]
    public async Task A_lead_is_credited_to_the_link_of_its_click()
    {
        await using var server = await StartAsync();
        var partner = (await server.PostAsync("/partners", new { email = "ana@example.com" })).Ok().GetProperty("id").GetString();
        var link = await server.HasLinkAsync("ana", new { partnerId = partner, tenantId = "t", externalId = "e" });
        var token = server.Click(link);
        var answer = (await server.PostAsync("/track/lead", Lead(token, name: "Cleo"))).Ok();

        Assert.Equal(token, answer.GetProperty("click").GetProperty("id").GetString());
        var summary = answer.GetProperty("link");
        Assert.Equal((link, "go.example.com", "ana", "https://go.example.com/ana", partner, "t", "e"), (
            summary.GetProperty("id").GetString(), summary.GetProperty("domain").GetString(), summary.GetProperty("key").GetString(), summary.GetProperty("shortLink").GetString(),
            summary.GetProperty("partnerId").GetString(), summary.GetProperty("tenantId").GetString(), summary.GetProperty("externalId").GetString()));
        Assert.StartsWith("prog_", summary.GetProperty("programId").GetString(), StringComparison.Ordinal);
        var customer = answer.GetProperty("customer");
        Assert.Equal(("Cleo", "cus-1"), (customer.GetProperty("name").GetString(), customer.GetProperty("externalId").GetString()));
        Assert.Equal(JsonValueKind.Null, customer.GetProperty("email").ValueKind);
        Assert.Equal(JsonValueKind.Null, customer.GetProperty("avatar").ValueKind);
        Assert.Equal(1, (await server.GetAsync("/links/info?linkId=" + link)).Ok().GetProperty("leads").GetInt64());

        var row = server.Database.Read(session => session.First<Stored>("SELECT method, click_token, decision, enriched, quantity FROM conversions"))!;
        Assert.Equal(("click", token, false, 1L), (row.Method, row.ClickToken, row.Enriched, row.Quantity));
        Assert.Contains("\"ruleVersion\":1", row.Decision, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task Fifty_equal_leads_at_once_are_one_and_all_answers_are_the_same()
    {
        await using var server = await StartAsync();
        var token = server.Click(await server.HasLinkAsync("ana"));
        var replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => server.PostAsync("/track/lead", Lead(token))));
        Assert.Single(replies.Select(reply => reply.Ok().GetRawText()).Distinct());
        var stats = (await server.GetAsync("/stats")).Ok().GetProperty("conversions");
        Assert.Equal((1L, 49L, 0L), (stats.GetProperty("leads").GetInt64(), stats.GetProperty("leadRepeats").GetInt64(), stats.GetProperty("leadConflicts").GetInt64()));
    }

    [EngineFact]
    public async Task Another_name_of_the_event_is_another_lead_and_another_spelling_is_not()
    {
        await using var server = await StartAsync();
        var link = await server.HasLinkAsync("ana");
        var token = server.Click(link);
        foreach (var name in new[] { "Sign up", "sign-up", "SIGN UP!", "Trial" })
        {
            (await server.PostAsync("/track/lead", Lead(token, eventName: name))).Ok();
        }

        Assert.Equal(2, (await server.GetAsync("/links/info?linkId=" + link)).Ok().GetProperty("leads").GetInt64());
    }

    [EngineFact]
    public async Task A_repeat_that_says_something_else_gets_the_first_answer_and_is_counted_as_a_conflict()
    {
        await using var server = await StartAsync();
        var (first, second) = (await server.HasLinkAsync("first"), await server.HasLinkAsync("second"));
        var answer = await server.PostAsync("/track/lead", Lead(server.Click(first)));
        var repeat = await server.PostAsync("/track/lead", Lead(server.Click(second), name: "Other"));
        Assert.Equal(answer.Ok().GetRawText(), repeat.Ok().GetRawText());
        Assert.Equal(0, (await server.GetAsync("/links/info?linkId=" + second)).Ok().GetProperty("leads").GetInt64());
        Assert.Equal(JsonValueKind.Null, (await server.GetAsync("/customers/ext_cus-1")).Ok().GetProperty("name").ValueKind);
        Assert.Equal(1, (await server.GetAsync("/stats")).Ok().GetProperty("conversions").GetProperty("leadConflicts").GetInt64());
        Assert.Equal(1, server.Database.Read(session => session.First<long>("SELECT conflicts FROM conversions")));
    }

    [EngineTheory]
    [InlineData(-1, true)]
    [InlineData(1, false)]
    public async Task The_window_is_measured_from_the_click(int secondsBeyond, bool isCredited)
    {
        await using var server = await StartAsync(change: settings => settings with { AttributionWindow = TimeSpan.FromDays(1) });
        var token = server.Click(await server.HasLinkAsync("ana"), server.Clock.GetUtcNow() - TimeSpan.FromDays(1) - TimeSpan.FromSeconds(secondsBeyond * 30));
        var answer = (await server.PostAsync("/track/lead", Lead(token))).Ok();
        Assert.Equal(isCredited, answer.GetProperty("link").ValueKind == JsonValueKind.Object);
        Assert.Equal(token, answer.GetProperty("click").GetProperty("id").GetString());
    }

    [EngineFact]
    public async Task Another_setting_of_the_window_changes_nothing_for_programs_that_are_there()
    {
        var folder = Directory.CreateTempSubdirectory("linktracker-").FullName;
        await using (var server = await StartAsync(folder, settings => settings with { AttributionWindow = TimeSpan.FromDays(30) }))
        {
            (await server.PostAsync("/programs", new { name = "Second" })).Ok();

            // As versions before this one stored it.
            server.Database.Write(session => session.Execute("""UPDATE program_rules SET rules = replace(rules, '"clickDays":30', '"clickDays":null')"""));
        }

        foreach (var days in new[] { 30, 1 })
        {
            await using var server = await StartAsync(folder, settings => settings with { AttributionWindow = TimeSpan.FromDays(days) });
            var shown = await server.GetAsync("/programs");
            Assert.Equal([30, 30], Days(shown));
            var token = server.Click(await server.HasLinkAsync("k" + days), server.Clock.GetUtcNow() - TimeSpan.FromDays(10));
            Assert.Equal(JsonValueKind.Object, (await server.PostAsync("/track/lead", Lead(token, "cus-" + days))).Ok().GetProperty("link").ValueKind);
            (await server.PatchAsync("/programs/" + (await server.GetAsync("/programs")).Ok()[0].GetProperty("id").GetString(), new { rules = new { attribution = new { model = "last" } } })).Ok();
        }

        await using (var server = await StartAsync(folder, settings => settings with { AttributionWindow = TimeSpan.FromDays(2) }))
        {
            (await server.PostAsync("/programs", new { name = "Third" })).Ok();
            var shown = await server.GetAsync("/programs");
            Assert.Equal([2, 30, 30], Days(shown).Order());
        }

        Directory.Delete(folder, recursive: true);

        static int[] Days(Reply reply) => [.. reply.Ok().EnumerateArray().Select(program => program.GetProperty("rules").GetProperty("attribution").GetProperty("clickDays").GetInt32())];
    }

    [EngineFact]
    public async Task A_click_a_moment_ahead_of_this_clock_still_counts()
    {
        await using var server = await StartAsync();
        var token = server.Click(await server.HasLinkAsync("ana"), server.Clock.GetUtcNow().AddSeconds(5));
        Assert.Equal(JsonValueKind.Object, (await server.PostAsync("/track/lead", Lead(token))).Ok().GetProperty("link").ValueKind);
        var far = server.Click(await server.HasLinkAsync("ben"), server.Clock.GetUtcNow().AddHours(5));
        Assert.Equal(JsonValueKind.Null, (await server.PostAsync("/track/lead", Lead(far, "cus-2"))).Ok().GetProperty("link").ValueKind);
    }

    [EngineFact]
    public async Task A_typed_code_beats_the_click_also_when_it_is_only_alike()
    {
        await using var server = await StartAsync();
        var clicked = await server.HasLinkAsync("clicked");
        var typed = await server.HasLinkAsync("ana5");
        var answer = (await server.PostAsync("/track/lead", new { clickId = server.Click(clicked), eventName = "e", customerExternalId = "c", referralCode = " ANA-5 " })).Ok();
        Assert.Equal(typed, answer.GetProperty("link").GetProperty("id").GetString());
    }

    [EngineTheory]
    [InlineData("nobodys-coupon")]
    [InlineData("off")]
    public async Task A_code_of_nobody_or_of_a_disabled_link_takes_nothing_from_the_click(string code)
    {
        await using var server = await StartAsync();
        await server.HasLinkAsync("off", new { disabled = true });
        var clicked = await server.HasLinkAsync("clicked");
        var answer = (await server.PostAsync("/track/lead", new { clickId = server.Click(clicked), eventName = "e", customerExternalId = "c", referralCode = code })).Ok();
        Assert.Equal(clicked, answer.GetProperty("link").GetProperty("id").GetString());
        var alone = (await server.PostAsync("/track/lead", new { clickId = "", eventName = "e", customerExternalId = "d", referralCode = code })).Ok();
        Assert.Equal(JsonValueKind.Null, alone.GetProperty("link").ValueKind);
    }

    [EngineFact]
    public async Task A_deferred_lead_keeps_the_click_and_the_lead_that_follows_uses_it()
    {
        await using var server = await StartAsync();
        var link = await server.HasLinkAsync("ana");
        var token = server.Click(link);
        (await server.PostAsync("/track/lead", new { clickId = token, eventName = "Sign up", customerExternalId = "c", mode = "deferred" })).Ok();
        Assert.Equal(0, (await server.GetAsync("/links/info?linkId=" + link)).Ok().GetProperty("leads").GetInt64());

        var later = (await server.PostAsync("/track/lead", new { clickId = "", eventName = "Sign up", customerExternalId = "c", mode = "wait", eventQuantity = 3 })).Ok();
        Assert.Equal((token, link), (later.GetProperty("click").GetProperty("id").GetString(), later.GetProperty("link").GetProperty("id").GetString()));
        Assert.Equal(3, (await server.GetAsync("/links/info?linkId=" + link)).Ok().GetProperty("leads").GetInt64());
    }

    [EngineFact]
    public async Task A_lead_without_evidence_follows_the_newest_credited_lead_not_the_first_click()
    {
        await using var server = await StartAsync();
        var (a, b) = (await server.HasLinkAsync("aaa"), await server.HasLinkAsync("bbb"));
        Assert.Equal(a, await CreditedAsync(new { clickId = server.Click(a), eventName = "one", customerExternalId = "c" }));
        server.Clock.Ahead += TimeSpan.FromSeconds(1);
        Assert.Equal(b, await CreditedAsync(new { clickId = server.Click(b), eventName = "two", customerExternalId = "c" }));
        server.Clock.Ahead += TimeSpan.FromSeconds(1);
        Assert.Equal(b, await CreditedAsync(new { clickId = "", eventName = "three", customerExternalId = "c" }));

        Assert.Equal(b, await CreditedAsync(new { clickId = server.Click(a), referralCode = "bbb", eventName = "one", customerExternalId = "d" }));
        Assert.Equal(b, await CreditedAsync(new { clickId = "", eventName = "two", customerExternalId = "d" }));

        async Task<string?> CreditedAsync(object lead) => (await server.PostAsync("/track/lead", lead)).Ok().GetProperty("link").GetProperty("id").GetString();
    }

    [EngineFact]
    public async Task A_deferred_lead_whose_code_beat_its_click_leads_to_the_code()
    {
        await using var server = await StartAsync();
        var (a, b) = (await server.HasLinkAsync("aaa"), await server.HasLinkAsync("bbb"));
        (await server.PostAsync("/track/lead", new { clickId = server.Click(a), referralCode = "bbb", eventName = "e", customerExternalId = "c", mode = "deferred" })).Ok();
        var lead = (await server.PostAsync("/track/lead", new { clickId = "", eventName = "e", customerExternalId = "c" })).Ok();
        Assert.Equal(b, lead.GetProperty("link").GetProperty("id").GetString());
    }

    [EngineFact]
    public async Task Tokens_that_are_no_click_of_ours_are_refused_and_make_no_customer()
    {
        await using var server = await StartAsync();
        var (live, off, gone) = (await server.HasLinkAsync("live"), await server.HasLinkAsync("off"), await server.HasLinkAsync("gone"));
        var (ofOff, ofGone, good) = (server.Click(off), server.Click(gone), server.Click(live));
        (await server.PatchAsync("/links/" + off, new { disabled = true })).Ok();
        (await server.DeleteAsync("/links/" + gone)).Ok();
        var forged = good[..5] + (good[5] == 'A' ? 'B' : 'A') + good[6..];
        foreach (var token in new[] { ofOff, ofGone, forged, "x", good + "A", good[..31] + "=", good.ToUpperInvariant() })
        {
            (await server.PostAsync("/track/lead", Lead(token))).Refused(404, "not_found");
            (await server.PostAsync("/track/sale", new { clickId = token, customerExternalId = "c", amount = 1 })).Refused(404, "not_found");
        }

        foreach (var macro in new[] { "{click_id}", "{{dub_id}}", "%CLICK%", "[cid]", "undefined", "null", "${id}", "<id>" })
        {
            Assert.Contains("not replaced", (await server.PostAsync("/track/lead", Lead(macro))).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        }

        Assert.Equal("[]", (await server.GetAsync("/customers")).Text);
    }

    [EngineTheory]
    [InlineData("""{"eventName":"e","customerExternalId":"c"}""", 400)]
    [InlineData("""{"clickId":"","eventName":"e","customerExternalId":"c"}""", 400)]
    [InlineData("""{"clickId":"","customerExternalId":"c"}""", 422)]
    [InlineData("""{"clickId":"","eventName":"e"}""", 422)]
    [InlineData("""{"clickId":5,"eventName":"e","customerExternalId":"c"}""", 422)]
    [InlineData("""{"clickId":"","eventName":"e","customerExternalId":"c","mode":"later"}""", 422)]
    [InlineData("""{"clickId":"","eventName":"e","customerExternalId":"c","eventQuantity":0}""", 422)]
    [InlineData("""{"clickId":"","eventName":"e","customerExternalId":"c","eventQuantity":101}""", 422)]
    [InlineData("""{"clickId":"","eventName":"e","customerExternalId":"c","metadata":"text"}""", 422)]
    public async Task Bodies_that_say_too_little_or_nonsense_are_refused(string body, int status)
    {
        await using var server = await StartAsync();
        (await server.SendAsync(HttpMethod.Post, "/track/lead", body)).Refused(status, status == 400 ? "bad_request" : "unprocessable_entity");
        Assert.Equal("[]", (await server.GetAsync("/customers")).Text);
    }

    [EngineFact]
    public async Task Texts_have_limits()
    {
        await using var server = await StartAsync();
        var token = server.Click(await server.HasLinkAsync("ana"));
        (await server.PostAsync("/track/lead", Lead(token, new string('c', 101)))).Refused(422, "unprocessable_entity");
        (await server.PostAsync("/track/lead", Lead(token, eventName: new string('e', 256)))).Refused(422, "unprocessable_entity");
        (await server.PostAsync("/track/lead", new { clickId = token, eventName = "e", customerExternalId = "c", metadata = new { text = new string('m', 10_000) } })).Refused(422, "unprocessable_entity");
        (await server.PostAsync("/track/lead", Lead(token, new string('c', 100), eventName: new string('e', 255)))).Ok();
    }

    private static object Lead(string clickId, string customer = "cus-1", string eventName = "Sign up", string? name = null) =>
        new { clickId, eventName, customerExternalId = customer, customerName = name };

    private sealed class Stored
    {
        public string? Method { get; set; }

        public string? ClickToken { get; set; }

        public string Decision { get; set; } = "";

        public bool Enriched { get; set; }

        public long Quantity { get; set; }
    }
}

public sealed class LeadTestsOnSqlite : LeadTests;

[OnPostgres]
public sealed class LeadTestsOnPostgres : LeadTests;
