using System.Text.Json;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;

namespace LinkTracker.Aggregator.Tests.Attribution;

public abstract class SimulationTests : EngineTests
{
    private const long Day = 86_400_000;

    [EngineFact]
    public async Task Every_model_is_tried_over_what_is_stored_and_only_the_programs_own_is_paid()
    {
        await using var server = await StartAsync();
        var now = server.Clock.GetUtcNow().ToUnixTimeMilliseconds() - Day;
        var (ana, ben) = (await server.HasPartnerAsync("ana"), await server.HasPartnerAsync("ben"));
        Touch[] clicks = [new(Method.Click, ana.Link, ana.Partner, "t1", now - (7 * Day)), new(Method.Click, ben.Link, ben.Partner, "t2", now)];
        server.Store(1, (Fact(11, now, clicks), 1_001));
        server.Store(2, (Fact(12, now), 50));
        server.Store(3, (Fact(13, now - (200 * Day), clicks[0] with { AtMs = now - (201 * Day) }), 7));

        var answer = (await server.PostAsync(PathOf(server), new { })).Ok();
        Assert.Equal((2, true), (answer.GetProperty("customers").GetInt32(), answer.GetProperty("isComplete").GetBoolean()));
        Assert.Equal(
            [("last", true), ("first", false), ("linear", false), ("position", false), ("time_decay", false)],
            answer.GetProperty("models").EnumerateArray().Select(one => (one.GetProperty("model").GetString()!, one.GetProperty("paid").GetBoolean())));
        Assert.Equal([(0L, 1_001L), (1_001, 0), (501, 500), (501, 500), (334, 667)], answer.GetProperty("models").EnumerateArray().Select(one => (Amount(one, ana.Partner, "credited"), Amount(one, ben.Partner, "credited"))));
        Assert.Equal([(0L, 0L), (1_001, -1_001), (501, -501), (501, -501), (334, -334)], answer.GetProperty("models").EnumerateArray().Select(one => (Amount(one, ana.Partner, "difference"), Amount(one, ben.Partner, "difference"))));
        Assert.All(answer.GetProperty("models").EnumerateArray(), one => Assert.Equal("""{"conversions":1,"amounts":{"eur":50}}""", one.GetProperty("unattributed").GetRawText()));
    }

    [EngineFact]
    public async Task A_report_shows_what_its_page_would_have_by_another_model_and_that_it_is_not_paid()
    {
        await using var server = await StartAsync();
        var now = server.Clock.GetUtcNow().ToUnixTimeMilliseconds() - Day;
        var (ana, ben, cleo) = (await server.HasPartnerAsync("ana"), await server.HasPartnerAsync("ben"), await server.HasPartnerAsync("cleo"));
        server.Store(1, (Fact(11, now, new(Method.Click, ana.Link, ana.Partner, "t1", now - (7 * Day)), new(Method.Click, ben.Link, ben.Partner, "t2", now)), 1_001));

        var path = "/reports/partners?programId=" + EntityId.Format(EntityId.Program, server.Programs().Default.Id);
        Assert.Equal(JsonValueKind.Null, (await server.GetAsync(path)).Ok().GetProperty("lookThrough").ValueKind);
        var other = (await server.GetAsync(path + "&model=first")).Ok().GetProperty("lookThrough");
        Assert.Equal(("first", "not paid", 1, true), (other.GetProperty("model").GetString(), other.GetProperty("label").GetString(), other.GetProperty("customers").GetInt32(), other.GetProperty("isComplete").GetBoolean()));
        Assert.Equal((1_001L, 0L, 0L), (Amount(other, ana.Partner, "credited"), Amount(other, ben.Partner, "credited"), Amount(other, cleo.Partner, "credited")));
        Assert.Equal((1_001L, -1_001L), (Amount(other, ana.Partner, "difference"), Amount(other, ben.Partner, "difference")));
        Assert.Equal(3, other.GetProperty("partners").GetArrayLength());
        Assert.Equal("paid", (await server.GetAsync(path + "&model=last")).Ok().GetProperty("lookThrough").GetProperty("label").GetString());

        Assert.StartsWith("model: must be", (await server.GetAsync(path + "&model=best")).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.StartsWith("model: looks", (await server.GetAsync(path + "&model=first&country=DE")).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.StartsWith("model: needs", (await server.GetAsync("/reports/partners?model=first")).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task Other_rules_are_tried_with_what_is_left_out_as_it_is_and_nothing_is_changed()
    {
        await using var server = await StartAsync();
        var now = server.Clock.GetUtcNow().ToUnixTimeMilliseconds() - Day;
        var ana = await server.HasPartnerAsync("ana");
        server.Store(1, (Fact(11, now, new Touch(Method.Click, ana.Link, ana.Partner, "t1", now - (8 * Day))), 100));
        var before = Everything(server);
        var answer = (await server.PostAsync(PathOf(server), new { attribution = new { clickDays = 7 } })).Ok();
        var tried = answer.GetProperty("models")[1];
        Assert.Equal((2, "last", 7, 90), (answer.GetProperty("models").GetArrayLength(), tried.GetProperty("model").GetString(), tried.GetProperty("rules").GetProperty("clickDays").GetInt32(), tried.GetProperty("rules").GetProperty("pendingDays").GetInt32()));
        Assert.Equal((0L, -100L), (Amount(tried, ana.Partner, "credited"), Amount(tried, ana.Partner, "difference")));
        Assert.Equal("""{"conversions":1,"amounts":{"eur":100}}""", tried.GetProperty("unattributed").GetRawText());
        Assert.Equal(before, Everything(server));
    }

    [EngineFact]
    public async Task A_limit_is_told_and_a_period_begins_with_its_start_and_ends_before_its_end()
    {
        await using var server = await StartAsync();
        var now = server.Clock.GetUtcNow().ToUnixTimeMilliseconds() - Day;
        for (var customer = 1; customer <= 3; customer++)
        {
            server.Store(customer, (Fact(10 + customer, now + customer), 1));
        }

        var path = PathOf(server);
        Assert.Equal((2, false), await CountAsync(new { limit = 2 }));
        Assert.Equal((3, true), await CountAsync(new { limit = 3 }));
        Assert.Equal((1, true), await CountAsync(new { start = Fields.Time(now + 1), end = Fields.Time(now + 2) }));

        async Task<(int, bool)> CountAsync(object request)
        {
            var answer = (await server.PostAsync(path, request)).Ok();
            return (answer.GetProperty("customers").GetInt32(), answer.GetProperty("isComplete").GetBoolean());
        }
    }

    [EngineTheory]
    [InlineData("""{"models":["best"]}""", "models: ")]
    [InlineData("""{"models":[null]}""", "models: ")]
    [InlineData("""{"limit":0}""", "limit: ")]
    [InlineData("""{"limit":50001}""", "limit: ")]
    [InlineData("""{"start":"2026-02-01","end":"2026-02-01"}""", "start: ")]
    [InlineData("""{"start":"yesterday"}""", "start: ")]
    [InlineData("""{"attribution":{"model":"best"}}""", "attribution.model: ")]
    [InlineData("""{"attribution":{"firstPercent":60,"lastPercent":41}}""", "attribution.lastPercent: ")]
    [InlineData("""{"attribution":{"halfLifeDays":0}}""", "attribution.halfLifeDays: ")]
    [InlineData("""{"attribution":{"clickDays":366}}""", "attribution.clickDays: ")]
    [InlineData("""{"attribution":{"maxTouches":0}}""", "attribution.maxTouches: ")]
    [InlineData("""{"attribution":{"precedence":[]}}""", "attribution.precedence: ")]
    [InlineData("""{"attribution":{"precedence":["code","code"]}}""", "attribution.precedence[1]: ")]
    [InlineData("""{"attribution":{"precedence":["cookie"]}}""", "attribution.precedence[0]: ")]
    [InlineData("""{"attribution":{"clickDays":"7"}}""", "attribution.clickDays: has a value of the wrong type")]
    public async Task What_cannot_be_tried_is_refused_with_its_field(string body, string message)
    {
        await using var server = await StartAsync();
        Assert.Contains(message, (await server.SendAsync(HttpMethod.Post, PathOf(server), body)).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task A_program_that_there_is_not_is_not_found()
    {
        await using var server = await StartAsync();
        (await server.PostAsync("/programs/prog_0000000000001/simulate", new { })).Refused(404, "not_found");
        (await server.PostAsync("/programs/x/simulate", new { })).Refused(404, "not_found");
    }

    private static string PathOf(AggregatorServer server) =>
        $"/programs/{EntityId.Format(EntityId.Program, server.Programs().Default.Id)}/simulate";

    private static long Amount(JsonElement model, long partner, string what) => model.GetProperty("partners").EnumerateArray()
        .Where(one => one.GetProperty("partnerId").GetString() == EntityId.Format(EntityId.Partner, partner))
        .Select(one => one.GetProperty(what).GetProperty("amounts").TryGetProperty("eur", out var amount) ? amount.GetInt64() : 0).SingleOrDefault();

    private static string Everything(AggregatorServer server) => server.Database.Read(session => string.Join(
        '\n', session.Query<string>("SELECT decision FROM conversions UNION ALL SELECT rules FROM program_rules UNION ALL SELECT CAST(COUNT(*) AS TEXT) FROM credits")));

    private static Fact Fact(long id, long atMs, params Touch[] evidence) =>
        new() { Id = id, Kind = FactKind.Sale, Key = "key" + id, EventName = "Purchase", OccurredAtMs = atMs, Evidence = evidence };
}

public sealed class SimulationTestsOnSqlite : SimulationTests;

[OnPostgres]
public sealed class SimulationTestsOnPostgres : SimulationTests;
