using System.Text.Json;
using LinkTracker.Aggregator.Fraud;
using LinkTracker.Aggregator.Fraud.Cases;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Fraud;

public abstract class FraudApiTests : EngineTests
{
    [EngineFact]
    public async Task Cases_are_listed_shown_and_decided()
    {
        await using var server = await StartAsync();
        var (partner, id) = await HasCaseAsync(server);
        var listed = Assert.Single((await server.GetAsync($"/fraud/cases?status=open&rule=too_fast&partnerId={partner}")).Ok().EnumerateArray());
        Assert.Equal((id, partner, "too_fast", "hold", "open", 0L, 1L), (
            Text(listed, "id"), Text(listed, "partnerId"), Text(listed, "rule"), Text(listed, "mode"), Text(listed, "status"),
            listed.GetProperty("ageDays").GetInt64(), listed.GetProperty("conversions").GetInt64()));
        Assert.Equal(JsonValueKind.Null, listed.GetProperty("note").ValueKind);
        foreach (var other in new[] { "status=dismissed", "rule=velocity", "partnerId=pn_0000000000001", "programId=prog_0000000000001", "partnerId=nobody", "page=2", $"startingAfter={id}" })
        {
            Assert.Empty((await server.GetAsync("/fraud/cases?" + other)).Ok().EnumerateArray());
        }

        server.Clock.Ahead = TimeSpan.FromDays(3);
        var shown = (await server.GetAsync($"/fraud/cases/{id}")).Ok();
        Assert.Equal(3, shown.GetProperty("ageDays").GetInt64());
        var item = Assert.Single(shown.GetProperty("items").EnumerateArray());
        Assert.StartsWith("lead_", Text(item, "conversionId"), StringComparison.Ordinal);
        Assert.Equal("0.5 s from the click to what the customer did.", Text(item, "evidence"));

        var resolved = (await server.PostAsync($"/fraud/cases/{id}/resolve", new { decision = "dismissed", note = " a tablet in the shop ", resolvedBy = "eva" })).Ok();
        Assert.Equal(("dismissed", "a tablet in the shop", "eva"), (Text(resolved, "status"), Text(resolved, "note"), Text(resolved, "resolvedBy")));
        (await server.PostAsync($"/fraud/cases/{id}/resolve", new { decision = "confirmed", note = "x" })).Refused(409, "conflict");
        var rule = (await server.GetAsync("/fraud/rules")).Ok().EnumerateArray().Single(one => Text(one, "rule") == "too_fast");
        Assert.Equal((1L, 1L, 1m), (rule.GetProperty("cases").GetInt64(), rule.GetProperty("overturned").GetInt64(), rule.GetProperty("overturnRate").GetDecimal()));
    }

    [EngineFact]
    public async Task What_is_wrong_is_refused_by_name()
    {
        await using var server = await StartAsync();
        var (_, id) = await HasCaseAsync(server);
        Assert.StartsWith("status", (await server.GetAsync("/fraud/cases?status=old")).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.StartsWith("rule", (await server.GetAsync("/fraud/cases?rule=none")).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.StartsWith("startingAfter", (await server.GetAsync("/fraud/cases?startingAfter=x")).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        (await server.GetAsync("/fraud/cases/case_0000000000001")).Refused(404, "not_found");
        (await server.GetAsync("/fraud/rules?programId=prog_0000000000001")).Refused(404, "not_found");
        (await server.PostAsync("/programs/prog_0000000000001/fraud/preview", new { rules = new { } })).Refused(404, "not_found");
        Assert.StartsWith("decision", (await server.PostAsync($"/fraud/cases/{id}/resolve", new { note = "x" })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.StartsWith("note", (await server.PostAsync($"/fraud/cases/{id}/resolve", new { decision = "confirmed" })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.Equal("open", Text((await server.GetAsync($"/fraud/cases/{id}")).Ok(), "status"));
    }

    [EngineFact]
    public async Task A_list_that_is_set_and_missing_shows_everywhere()
    {
        await using var server = await StartAsync(change: settings => settings with { DatacentreRanges = Path.Combine(settings.Data, "nowhere") });
        var rules = (await server.GetAsync("/fraud/rules")).Ok().EnumerateArray().ToDictionary(rule => Text(rule, "rule"));
        Assert.Equal(("unavailable", "Aggregator__DatacentreRanges: the file is missing or cannot be read"), (Text(rules["datacentre"], "state"), Text(rules["datacentre"], "reason")));
        Assert.Equal("unavailable", Text(rules["coupon_site"], "state"));
        Assert.Equal("available", Text(rules["velocity"], "state"));
        Assert.Equal(1, (await server.GetAsync("/stats")).Ok().GetProperty("fraud").GetProperty("unavailable").GetInt64());
        var ready = (await server.GetAsync("/readyz", key: null)).Ok();
        Assert.StartsWith("Aggregator__DatacentreRanges", Text(ready.GetProperty("degraded"), "fraud_lists"), StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task Of_a_customers_address_nothing_is_stored_but_a_hash_of_the_day()
    {
        await using var server = await StartAsync();
        var link = await server.HasLinkAsync("ana", new { trackConversion = true });
        var click = server.Click(link);
        foreach (var customerIp in new[] { "203.0.113.7", null })
        {
            (await server.PostAsync("/track/lead", new { clickId = click, eventName = "Sign up", customerExternalId = "c", customerIp })).Ok();
        }

        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 5, customerIp = "203.0.113.7" })).Ok();
        Assert.StartsWith("customerIp", (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 5, customerIp = "here" })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);

        // The same request without the address is a repeat of it: its hash does not hold it.
        Assert.Equal(0, (await server.GetAsync("/stats")).Ok().GetProperty("conversions").GetProperty("leadConflicts").GetInt64());
        var hashes = server.Database.Read(session => session.Query<long>("SELECT s.address_hash FROM conversion_signals s JOIN conversions c ON c.id = s.conversion_id"));
        Assert.Equal(2, hashes.Count);
        Assert.Single(hashes.Distinct());
    }

    private static string Text(JsonElement element, string field) => element.GetProperty(field).GetString()!;

    // As the check makes one; how it comes to that, other tests show.
    private static async Task<(string Partner, string Case)> HasCaseAsync(AggregatorServer server)
    {
        var partner = Text((await server.PostAsync("/partners", new { name = "Ana", email = "ana@partners.example" })).Ok(), "id");
        var link = await server.HasLinkAsync("ana", new { partnerId = partner, trackConversion = true });
        (await server.PostAsync("/track/lead", new { clickId = server.Click(link), eventName = "Sign up", customerExternalId = "c" })).Ok();
        server.Database.Write(session =>
        {
            var (conversion, customer) = session.First<(long, long)>("SELECT id, customer_id FROM conversions");
            Assert.True(EntityId.TryParse(EntityId.Partner, partner, out var partnerId));
            var program = session.First<long>("SELECT id FROM programs");
            var person = new Person(customer, null, "c");
            var suspect = new Suspect { ConversionId = conversion, PartnerId = partnerId, ProgramId = program, OccurredAtMs = 0, Customer = person, Partner = person, DelayMs = 500 };
            var rule = new RuleInForce(FraudRuleBook.ByCode["too_fast"], FraudMode.Hold, 3, 0, 1);
            var finding = rule.Kind.Judge(suspect, new Neighbourhood(), rule)!;
            server.App.Services.GetRequiredService<CaseStore>().Add(session, [new Signal(suspect, rule, rule.Mode, finding.Evidence)], server.Clock.GetUtcNow().ToUnixTimeMilliseconds());
            return 0;
        });
        return (partner, Text((await server.GetAsync("/fraud/cases")).Ok()[0], "id"));
    }
}

public sealed class FraudApiTestsOnSqlite : FraudApiTests;

[OnPostgres]
public sealed class FraudApiTestsOnPostgres : FraudApiTests;
