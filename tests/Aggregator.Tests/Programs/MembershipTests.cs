using System.Text.Json;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;

namespace LinkTracker.Aggregator.Tests.Programs;

public abstract class MembershipTests : EngineTests
{
    private static readonly object Rules = new { groups = new[] { new { name = "gold" }, new { name = "silver" } } };

    [EngineFact]
    public async Task A_partner_is_in_the_group_of_the_time()
    {
        await using var server = await StartAsync();
        var (program, partner) = (await ProgramsTests.HasProgramAsync(server, Rules), await PartnerAsync(server, "ana"));
        var path = $"/programs/{program}/partners/{partner}";
        Assert.Equal("default", Group((await server.GetAsync(path)).Ok()));
        Assert.Equal("gold", Group((await server.PutAsync(path, new { group = "gold" })).Ok()));
        var planned = (await server.PutAsync(path, new { group = "silver", validFrom = server.Clock.GetUtcNow().AddDays(5) })).Ok();
        Assert.Equal(("gold", "silver gold"), (Group(planned), Groups(planned)));
        server.Clock.Ahead = TimeSpan.FromDays(6);
        Assert.Equal("silver", Group((await server.GetAsync(path)).Ok()));

        // Nothing changes: nothing is noted.
        Assert.Equal("silver gold", Groups((await server.PutAsync(path, new { group = "silver" })).Ok()));
        Assert.Equal("default silver gold", Groups((await server.PutAsync(path, new { group = "default" })).Ok()));
    }

    [EngineFact]
    public async Task A_group_must_be_one_of_the_rules_of_then_and_the_past_stays()
    {
        await using var server = await StartAsync();
        var (program, partner) = (await ProgramsTests.HasProgramAsync(server, Rules), await PartnerAsync(server, "ana"));
        var path = $"/programs/{program}/partners/{partner}";
        Assert.StartsWith("group", (await server.PutAsync(path, new { group = "lead" })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.StartsWith("group", (await server.PutAsync(path, new { })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.StartsWith("validFrom", (await server.PutAsync(path, new { group = "gold", validFrom = server.Clock.GetUtcNow().AddDays(-1) })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        (await server.PutAsync("/programs/prog_none/partners/" + partner, new { group = "gold" })).Refused(404, "not_found");
        (await server.PutAsync($"/programs/{program}/partners/pn_none", new { group = "gold" })).Refused(404, "not_found");

        var from = server.Clock.GetUtcNow().AddDays(10);
        (await server.PatchAsync("/programs/" + program, new { rules = new { groups = new[] { new { name = "lead" } } }, validFrom = from })).Ok();
        (await server.PutAsync(path, new { group = "gold", validFrom = from.AddDays(1) })).Refused(422, "unprocessable_entity");
        (await server.PutAsync(path, new { group = "lead", validFrom = from.AddDays(1) })).Ok();
    }

    [EngineFact]
    public async Task Partners_are_chosen_by_program_and_group()
    {
        await using var server = await StartAsync();
        var program = await ProgramsTests.HasProgramAsync(server, Rules);
        var ana = await PartnerAsync(server, "ana", new { programId = program, groupId = "gold" });
        var ben = await PartnerAsync(server, "ben", new { programId = program });
        var carl = await PartnerAsync(server, "carl");
        var dora = await PartnerAsync(server, "dora");
        await server.HasLinkAsync("dora", new { partnerId = dora, programId = program });
        await server.HasLinkAsync("dora-2", new { partnerId = dora });
        var @default = Text((await server.GetAsync("/programs?pageSize=1&page=2")).Ok()[0], "id");

        Assert.Equal([dora, ben, ana], await IdsAsync(server, $"programId={program}"));
        Assert.Equal([dora, carl], await IdsAsync(server, $"programId={@default}"));
        Assert.Equal([ana], await IdsAsync(server, $"programId={program}&groupId=gold"));
        Assert.Equal([dora, ben], await IdsAsync(server, $"programId={program}&groupId=default"));
        Assert.Equal(4, (await IdsAsync(server, "groupId=default")).Count);
        (await server.GetAsync("/partners?programId=prog_none")).Refused(422, "unprocessable_entity");

        var shown = (await server.GetAsync("/partners?sortBy=createdAt&sortOrder=asc")).Ok().EnumerateArray().Select(partner => (Text(partner, "programId"), Text(partner, "groupId")));
        Assert.Equal([(program, "gold"), (program, "default"), (@default, "default"), (@default, "default")], shown);
        Assert.Equal(program, Text((await server.GetAsync("/partners?email=dora@example.com&programId=" + program)).Ok()[0], "programId"));
    }

    [EngineFact]
    public async Task A_partner_with_a_program_or_group_that_is_not_there_is_not_made()
    {
        await using var server = await StartAsync();
        var program = await ProgramsTests.HasProgramAsync(server, Rules);
        Assert.StartsWith("programId", (await server.PostAsync("/partners", new { email = "a@example.com", programId = "prog_none" })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.StartsWith("group", (await server.PostAsync("/partners", new { email = "a@example.com", programId = program, groupId = "none" })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.Equal("[]", (await server.GetAsync("/partners")).Text);
    }

    [EngineFact]
    public async Task Links_have_the_program_they_name_or_that_of_their_partner()
    {
        await using var server = await StartAsync();
        var program = await ProgramsTests.HasProgramAsync(server, Rules);
        var ana = await PartnerAsync(server, "ana", new { programId = program });
        Assert.Equal(program, await ProgramOfAsync(server, new { url = "https://a.example/", programId = program }));
        Assert.Equal(program, await ProgramOfAsync(server, new { url = "https://a.example/", partnerId = ana }));
        var @default = Text((await server.GetAsync("/programs?pageSize=1&page=2")).Ok()[0], "id");
        Assert.Equal(@default, await ProgramOfAsync(server, new { url = "https://a.example/", partnerId = ana, programId = @default }));
        Assert.Null(await ProgramOfAsync(server, new { url = "https://a.example/", programId = @default }));
        Assert.StartsWith("programId", (await server.PostAsync("/links", new { url = "https://a.example/", programId = "prog_0000000000001" })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.StartsWith("programId", (await server.PostAsync("/links", new { url = "https://a.example/", programId = "x" })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task Customers_and_reports_are_chosen_by_program()
    {
        await using var server = await StartAsync();
        var program = await ProgramsTests.HasProgramAsync(server, Rules);
        var @default = Text((await server.GetAsync("/programs?pageSize=1&page=2")).Ok()[0], "id");
        var ana = await PartnerAsync(server, "ana");
        await server.HasLinkAsync("one", new { partnerId = ana, programId = program });
        await server.HasLinkAsync("two", new { partnerId = ana });
        await server.HasLinkAsync("three");
        foreach (var (referralCode, customerExternalId) in new[] { ("one", "1"), ("two", "2"), ("three", "3") })
        {
            (await server.PostAsync("/track/lead", new { clickId = "", referralCode, eventName = "e", customerExternalId })).Ok();
        }

        Assert.Equal(["1"], await CustomersAsync(server, program));
        Assert.Equal(["2"], await CustomersAsync(server, @default));
        Assert.Empty(await CustomersAsync(server, "prog_none"));
        var expanded = (await server.GetAsync($"/customers?programId={program}&includeExpandedFields=true")).Ok()[0];
        Assert.Equal((program, program), (Text(expanded, "programId"), Text(expanded.GetProperty("link"), "programId")));

        // The program of a conversion is that of its decision.
        await server.Database.WriteAsync(
            session => session.Execute("UPDATE conversions SET program_id = (SELECT l.program_id FROM links l WHERE l.id = conversions.link_id)"), CancellationToken.None);
        Assert.Equal(1, await LeadsAsync(server, program));
        Assert.Equal(1, await LeadsAsync(server, @default));
        (await server.GetAsync("/analytics?event=leads&programId=prog_none")).Refused(404, "not_found");
    }

    private static async Task<string> PartnerAsync(AggregatorServer server, string name, object? more = null)
    {
        var body = JsonSerializer.SerializeToNode(more ?? new { })!.AsObject();
        body["email"] = name + "@example.com";
        return Text((await server.PostAsync("/partners", body)).Ok(), "id");
    }

    private static async Task<string?> ProgramOfAsync(AggregatorServer server, object link) => (await server.PostAsync("/links", link)).Ok().GetProperty("programId").GetString();

    private static async Task<IReadOnlyList<string>> IdsAsync(AggregatorServer server, string query) =>
        [.. (await server.GetAsync("/partners?sortBy=createdAt&" + query)).Ok().EnumerateArray().Select(partner => Text(partner, "id"))];

    private static async Task<IEnumerable<string>> CustomersAsync(AggregatorServer server, string program) =>
        (await server.GetAsync("/customers?programId=" + program)).Ok().EnumerateArray().Select(customer => Text(customer, "externalId"));

    private static async Task<long> LeadsAsync(AggregatorServer server, string program) =>
        (await server.GetAsync("/analytics?event=leads&interval=all&programId=" + program)).Ok().GetProperty("leads").GetInt64();

    private static string Group(JsonElement answer) => Text(answer, "group");

    private static string Groups(JsonElement answer) => string.Join(' ', answer.GetProperty("memberships").EnumerateArray().Select(Group));

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}

public sealed class MembershipTestsOnSqlite : MembershipTests;

[OnPostgres]
public sealed class MembershipTestsOnPostgres : MembershipTests;
