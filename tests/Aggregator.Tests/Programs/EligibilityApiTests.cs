using System.Text.Json;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;

namespace LinkTracker.Aggregator.Tests.Programs;

public abstract class EligibilityApiTests : EngineTests
{
    private static readonly object Rules = new
    {
        eligibility = new object[]
        {
            new { attribute = "tenureDays", @operator = "gte", value = 90 },
            new { attribute = "asksLast12m", @operator = "lt", value = 6, reason = "fatigue" },
            new { attribute = "saleAmount", @operator = "gte", value = 1_000 },
        },
    };

    [EngineFact]
    public async Task A_preview_tells_who_may_take_part_and_why_the_others_may_not()
    {
        await using var server = await StartAsync();
        var program = await ProgramsTests.HasProgramAsync(server, Rules);
        await HasCustomersAsync(server);
        var preview = (await server.PostAsync($"/programs/{program}/eligibility/preview", new { })).Ok();
        Assert.Equal((4, 1, 1, true), (Number(preview, "customers"), Number(preview, "eligible"), Number(preview, "version"), preview.GetProperty("isComplete").GetBoolean()));
        Assert.Equal(
            [("tenureDays must be at least 90", 1L), ("fatigue", 2L), ("saleAmount must be at least 1000", 2L)],
            preview.GetProperty("failed").EnumerateArray().Select(failed => (Text(failed, "reason"), Number(failed, "customers"))));
        Assert.Equal(
            ["old: ", "asked: fatigue", "unknown: fatigue, saleAmount must be at least 1000", "new: tenureDays must be at least 90, saleAmount must be at least 1000"],
            preview.GetProperty("page").EnumerateArray().Select(Told));

        var second = (await server.PostAsync($"/programs/{program}/eligibility/preview", new { page = 2, pageSize = 3 })).Ok();
        Assert.Equal(("new", 4L), (Text(Assert.Single(second.GetProperty("page").EnumerateArray()), "externalId"), Number(second, "customers")));
    }

    [EngineFact]
    public async Task Criteria_can_be_tried_and_customers_chosen()
    {
        await using var server = await StartAsync();
        var program = await ProgramsTests.HasProgramAsync(server, Rules);
        await HasCustomersAsync(server);
        var criteria = new object[] { new { attribute = "sales", @operator = "gt", value = 0 }, new { attribute = "daysSinceLastSale", @operator = "lte", value = 0 } };
        var preview = (await server.PostAsync($"/programs/{program}/eligibility/preview", new { criteria, customerIds = new[] { "ext_old", "ext_new", "ext_old" } })).Ok();
        Assert.Equal((2, 1, JsonValueKind.Null), (Number(preview, "customers"), Number(preview, "eligible"), preview.GetProperty("version").ValueKind));
        Assert.Equal("daysSinceLastSale is not known; it must be at most 0", Text(preview.GetProperty("page")[1].GetProperty("failed")[1], "detail"));

        var one = (await server.GetAsync($"/programs/{program}/eligibility/ext_asked")).Ok();
        Assert.Equal((false, "asksLast12m is 6; it must be less than 6"), (one.GetProperty("eligible").GetBoolean(), Text(one.GetProperty("failed")[0], "detail")));
        Assert.Equal("asked", Text((await server.GetAsync($"/programs/{program}/eligibility/{Text(one, "customerId")}")).Ok(), "externalId"));
    }

    [EngineFact]
    public async Task Test_programs_look_at_test_customers_and_no_program_at_those_who_are_not_known_yet()
    {
        await using var server = await StartAsync();
        var (live, test) = (await ProgramsTests.HasProgramAsync(server, new { }), await ProgramsTests.HasProgramAsync(server, new { }, isTest: true));
        await HasCustomersAsync(server);
        await server.Database.WriteAsync(
            session => session.Execute("UPDATE customers SET is_test = 1, external_id = 'test:old' WHERE external_id = 'old'")
                + session.Execute("UPDATE customers SET is_pending = 1 WHERE external_id = 'new'"),
            CancellationToken.None);
        Assert.Equal(2, Number((await server.PostAsync($"/programs/{live}/eligibility/preview", new { })).Ok(), "customers"));
        Assert.Equal("old", Text((await server.PostAsync($"/programs/{test}/eligibility/preview", new { })).Ok().GetProperty("page")[0], "externalId"));
        Assert.True((await server.GetAsync($"/programs/{test}/eligibility/ext_old")).Ok().GetProperty("eligible").GetBoolean());
        (await server.GetAsync($"/programs/{live}/eligibility/ext_old")).Refused(404, "not_found");
    }

    [EngineFact]
    public async Task What_cannot_be_asked_is_refused()
    {
        await using var server = await StartAsync();
        var path = $"/programs/{await ProgramsTests.HasProgramAsync(server, Rules)}/eligibility/";
        Assert.StartsWith("criteria[0].value", (await server.PostAsync(path + "preview", new { criteria = new[] { new { attribute = "a", @operator = "eq" } } })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.StartsWith("criteria", (await server.PostAsync(path + "preview", new { criteria = 5 })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.StartsWith("customerIds", (await server.PostAsync(path + "preview", new { customerIds = Array.Empty<string>() })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.StartsWith("customerIds", (await server.PostAsync(path + "preview", new { customerIds = Enumerable.Range(0, 1_001).Select(i => "ext_" + i) })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.Contains("ext_nobody", (await server.PostAsync(path + "preview", new { customerIds = new[] { "ext_nobody" } })).Refused(404, "not_found"), StringComparison.Ordinal);
        Assert.StartsWith("pageSize", (await server.PostAsync(path + "preview", new { pageSize = 101 })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        (await server.GetAsync(path + "cus_none")).Refused(404, "not_found");
        (await server.PostAsync("/programs/prog_none/eligibility/preview", new { })).Refused(404, "not_found");
    }

    // Four customers: one old and good, one asked too often, one of whom nobody knows how often, and one who came today.
    private static async Task HasCustomersAsync(AggregatorServer server)
    {
        await server.HasLinkAsync("ana");
        foreach (var (customerExternalId, amount) in new[] { ("old", 5_000), ("asked", 1_000), ("unknown", 999), ("new", 0) })
        {
            (await server.PostAsync("/track/lead", new { clickId = "", referralCode = "ana", eventName = "e", customerExternalId })).Ok();
            (await server.PostAsync("/track/sale", new { customerExternalId, amount, currency = "usd" })).Ok();
        }

        var longAgo = server.Clock.GetUtcNow().AddDays(-100).ToUnixTimeMilliseconds();
        await server.Database.WriteAsync(
            session => session.Execute("UPDATE customers SET known_since = @longAgo WHERE external_id <> 'new'", new { longAgo })
                + session.Execute("""UPDATE customers SET attributes = '{"asksLast12m":6}' WHERE external_id = 'asked'""")
                + session.Execute("""UPDATE customers SET attributes = '{"asksLast12m":0}' WHERE external_id IN ('old', 'new')"""),
            CancellationToken.None);
    }

    private static string Told(JsonElement customer) =>
        $"{Text(customer, "externalId")}: {string.Join(", ", customer.GetProperty("failed").EnumerateArray().Select(failed => Text(failed, "reason")))}";

    private static long Number(JsonElement element, string name) => element.GetProperty(name).GetInt64();

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}

public sealed class EligibilityApiTestsOnSqlite : EligibilityApiTests;

[OnPostgres]
public sealed class EligibilityApiTestsOnPostgres : EligibilityApiTests;
