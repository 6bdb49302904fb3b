using System.Text.Json;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Programs;

public abstract class ProgramsTests : EngineTests
{
    [EngineFact]
    public async Task The_default_program_is_there_from_the_start()
    {
        await using var server = await StartAsync();
        var program = Assert.Single((await server.GetAsync("/programs")).Ok().EnumerateArray());
        Assert.Equal((true, false, "usd", 1), (
            program.GetProperty("isDefault").GetBoolean(), program.GetProperty("isTest").GetBoolean(), Text(program, "currency"), program.GetProperty("version").GetInt32()));
        Assert.Equal(("last", 30), (Text(program.GetProperty("rules").GetProperty("attribution"), "model"), program.GetProperty("rules").GetProperty("holdingDays").GetInt32()));
        Assert.All(["validFrom", "planned"], name => Assert.Equal(JsonValueKind.Null, program.GetProperty(name).ValueKind));
    }

    [EngineFact]
    public async Task Programs_are_made_renamed_and_listed()
    {
        await using var server = await StartAsync();
        var reply = await server.PostAsync("/programs", new { name = "Friends", currency = "EUR", isTest = true, rules = new { attribution = new { model = "linear" } } });
        Assert.Equal(201, (int)reply.Status);
        var id = Text(reply.Body, "id");
        Assert.Equal(("Friends", "eur", true, false, "linear"), (
            Text(reply.Body, "name"), Text(reply.Body, "currency"), reply.Body.GetProperty("isTest").GetBoolean(), reply.Body.GetProperty("isDefault").GetBoolean(),
            Text(reply.Body.GetProperty("rules").GetProperty("attribution"), "model")));
        Assert.Equal("Family", Text((await server.PatchAsync("/programs/" + id, new { name = "Family" })).Ok(), "name"));
        Assert.Equal(["Family", "Default"], (await server.GetAsync("/programs")).Ok().EnumerateArray().Select(program => Text(program, "name")));
        Assert.Equal("Default", Text(Assert.Single((await server.GetAsync("/programs?page=2&pageSize=1")).Ok().EnumerateArray()), "name"));
        Assert.Equal(1, (await server.GetAsync($"/programs/{id}/versions")).Ok().GetArrayLength());
        (await server.GetAsync("/programs/prog_none")).Refused(404, "not_found");
    }

    [EngineFact]
    public async Task A_change_of_rules_makes_a_version_and_keeps_what_it_does_not_name()
    {
        await using var server = await StartAsync();
        var id = await HasProgramAsync(server, new { attribution = new { clickDays = 10, model = "first" }, holdingDays = 7 });
        var before = server.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        var changed = (await server.PatchAsync("/programs/" + id, new { rules = new { attribution = new { clickDays = 20 } } })).Ok();
        var attribution = changed.GetProperty("rules").GetProperty("attribution");
        Assert.Equal((2, 20, "first", 7), (
            changed.GetProperty("version").GetInt32(), attribution.GetProperty("clickDays").GetInt32(), Text(attribution, "model"), changed.GetProperty("rules").GetProperty("holdingDays").GetInt32()));

        // Null is the default again.
        changed = (await server.PatchAsync("/programs/" + id, new { rules = new { attribution = new { clickDays = (int?)null }, holdingDays = (int?)null } })).Ok();
        Assert.Equal((90, 30), (changed.GetProperty("rules").GetProperty("attribution").GetProperty("clickDays").GetInt32(), changed.GetProperty("rules").GetProperty("holdingDays").GetInt32()));

        var versions = (await server.GetAsync($"/programs/{id}/versions")).Ok().EnumerateArray().ToList();
        Assert.Equal([3, 2, 1], versions.Select(version => version.GetProperty("version").GetInt32()));
        Assert.Equal(10, versions[2].GetProperty("rules").GetProperty("attribution").GetProperty("clickDays").GetInt32());
        Assert.Equal(JsonValueKind.Null, versions[2].GetProperty("validFrom").ValueKind);
        Assert.True(DateTimeOffset.Parse(Text(versions[1], "validFrom"), null).ToUnixTimeMilliseconds() >= before);
    }

    [EngineFact]
    public async Task A_change_that_changes_nothing_makes_no_version()
    {
        await using var server = await StartAsync();
        var id = await HasProgramAsync(server, new { holdingDays = 7 });
        foreach (var rules in new object[] { new { }, new { holdingDays = 7 }, new { attribution = new { model = "last" }, rewards = Array.Empty<object>() } })
        {
            Assert.Equal(1, (await server.PatchAsync("/programs/" + id, new { rules })).Ok().GetProperty("version").GetInt32());
        }

        Assert.Equal(1, (await server.GetAsync($"/programs/{id}/versions")).Ok().GetArrayLength());
    }

    [EngineFact]
    public async Task Rules_may_be_planned_and_the_past_is_not_for_changing()
    {
        await using var server = await StartAsync();
        var id = await HasProgramAsync(server, new { });
        var now = server.Clock.GetUtcNow();
        (await server.PatchAsync("/programs/" + id, new { rules = new { holdingDays = 1 }, validFrom = now.AddDays(-1) })).Refused(422, "unprocessable_entity");
        (await server.PatchAsync("/programs/" + id, new { rules = new { holdingDays = 1 }, validFrom = now.AddYears(6) })).Refused(422, "unprocessable_entity");
        (await server.PatchAsync("/programs/" + id, new { validFrom = now.AddDays(1) })).Refused(422, "unprocessable_entity");
        (await server.PostAsync("/programs", new { name = "x", validFrom = now.AddDays(1) })).Refused(422, "unprocessable_entity");

        var planned = (await server.PatchAsync("/programs/" + id, new { rules = new { holdingDays = 1 }, validFrom = now.AddDays(10) })).Ok();
        Assert.Equal((1, 30, 2), (planned.GetProperty("version").GetInt32(), planned.GetProperty("rules").GetProperty("holdingDays").GetInt32(), planned.GetProperty("planned").GetProperty("version").GetInt32()));

        // Another plan for the same time takes its place.
        (await server.PatchAsync("/programs/" + id, new { rules = new { holdingDays = 3 }, validFrom = now.AddDays(10) })).Ok();
        server.Clock.Ahead = TimeSpan.FromDays(11);
        var later = (await server.GetAsync("/programs/" + id)).Ok();
        Assert.Equal((3, 3, JsonValueKind.Null), (later.GetProperty("version").GetInt32(), later.GetProperty("rules").GetProperty("holdingDays").GetInt32(), later.GetProperty("planned").ValueKind));
    }

    [EngineFact]
    public async Task What_begins_before_a_plan_takes_its_place()
    {
        await using var server = await StartAsync();
        var id = await HasProgramAsync(server, new { });
        var now = server.Clock.GetUtcNow();
        (await server.PatchAsync("/programs/" + id, new { rules = new { holdingDays = 1 }, validFrom = now.AddDays(10) })).Ok();

        // What holds then is changed, not what was planned.
        var sooner = (await server.PatchAsync("/programs/" + id, new { rules = new { attribution = new { model = "first" } }, validFrom = now.AddDays(5) })).Ok();
        Assert.Equal((1, 3), (sooner.GetProperty("version").GetInt32(), sooner.GetProperty("planned").GetProperty("version").GetInt32()));
        var urgent = (await server.PatchAsync("/programs/" + id, new { rules = new { holdingDays = 7 } })).Ok();
        Assert.Equal((4, 7, "last", JsonValueKind.Null), Shown(urgent));
        server.Clock.Ahead = TimeSpan.FromDays(11);
        Assert.Equal((4, 7, "last", JsonValueKind.Null), Shown((await server.GetAsync("/programs/" + id)).Ok()));

        // A plan is taken back by the rules that hold.
        (await server.PatchAsync("/programs/" + id, new { rules = new { holdingDays = 9 }, validFrom = server.Clock.GetUtcNow().AddDays(1) })).Ok();
        Assert.Equal((6, 7, "last", JsonValueKind.Null), Shown((await server.PatchAsync("/programs/" + id, new { rules = new { } })).Ok()));

        (int, int, string, JsonValueKind) Shown(JsonElement program) => (
            program.GetProperty("version").GetInt32(), program.GetProperty("rules").GetProperty("holdingDays").GetInt32(), Text(program.GetProperty("rules").GetProperty("attribution"), "model"),
            program.GetProperty("planned").ValueKind);
    }

    [EngineFact]
    public async Task An_id_stands_for_one_kind_of_reward_in_all_versions()
    {
        await using var server = await StartAsync();
        var id = await HasProgramAsync(server, new { rewards = new[] { new { id = "sales", kind = "flat", amount = 5 } } });
        (await server.PatchAsync("/programs/" + id, new { rules = new { rewards = Array.Empty<object>() } })).Ok();
        foreach (var reward in new object[]
        {
            new { id = "sales", kind = "credit", amount = 5 }, new { id = "sales", side = "friend", kind = "flat", amount = 5 }, new { id = "sales", @event = "lead", kind = "flat", amount = 5 },
        })
        {
            var refusal = (await server.PatchAsync("/programs/" + id, new { rules = new { rewards = new[] { reward } } })).Refused(422, "unprocessable_entity");
            Assert.StartsWith("rules.rewards[0].id: ", refusal, StringComparison.Ordinal);
            Assert.Contains("version 1", refusal, StringComparison.Ordinal);
            Assert.Contains("choose another id", refusal, StringComparison.Ordinal);
        }

        Assert.Equal(2, (await server.GetAsync($"/programs/{id}/versions")).Ok().GetArrayLength());
        (await server.PatchAsync("/programs/" + id, new { rules = new { rewards = new[] { new { id = "sales", basisPoints = 500 } } } })).Ok();

        // Rules of an older version of this server may have it twice: they go on, and can be changed in everything else.
        var store = server.App.Services.GetRequiredService<ProgramStore>();
        server.Database.Write(session =>
        {
            store.AddVersion(session, store.Get(session, id).Id, new ProgramVersion(4, 1, new ProgramRules { Rewards = [new RewardRule { Id = "sales", Kind = "credit", Amount = 5 }] }));
            return 0;
        });
        Assert.Equal(5, (await server.PatchAsync("/programs/" + id, new { rules = new { holdingDays = 3 } })).Ok().GetProperty("version").GetInt32());
        (await server.PatchAsync("/programs/" + id, new { rules = new { rewards = new[] { new { id = "sales", basisPoints = 500 } } } })).Refused(422, "unprocessable_entity");
    }

    [EngineFact]
    public async Task Currency_and_test_are_for_ever()
    {
        await using var server = await StartAsync();
        var id = await HasProgramAsync(server, new { });
        Assert.StartsWith("currency", (await server.PatchAsync("/programs/" + id, new { currency = "eur" })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.StartsWith("isTest", (await server.PatchAsync("/programs/" + id, new { isTest = true })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        (await server.PatchAsync("/programs/" + id, new { currency = "USD", isTest = false })).Ok();
        Assert.StartsWith("currency", (await server.PostAsync("/programs", new { name = "x", currency = "xyz" })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.StartsWith("name", (await server.PostAsync("/programs", new { currency = "usd" })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task What_was_refused_is_not_remembered()
    {
        await using var server = await StartAsync();
        var id = await HasProgramAsync(server, new { });
        (await server.PatchAsync("/programs/" + id, new { name = "Never", rules = new { holdingDays = 1_000 } })).Refused(422, "unprocessable_entity");
        Assert.Equal(("Friends", 1), (Text((await server.GetAsync("/programs/" + id)).Ok(), "name"), (await server.GetAsync("/programs/" + id)).Ok().GetProperty("version").GetInt32()));
        var store = server.App.Services.GetRequiredService<ProgramStore>();
        await Assert.ThrowsAsync<InvalidOperationException>(() => server.Database.WriteAsync<int>(
            session =>
            {
                var program = store.Get(session, id);
                store.Rename(session, program.Id, "Undone");
                store.Read(session);
                throw new InvalidOperationException("Undone.");
            },
            CancellationToken.None));
        (await server.PatchAsync("/programs/" + id, new { name = "Done" })).Ok();
        Assert.Equal("Done", Text((await server.GetAsync("/programs/" + id)).Ok(), "name"));
    }

    internal static async Task<string> HasProgramAsync(AggregatorServer server, object rules, bool isTest = false) =>
        Text((await server.PostAsync("/programs", new { name = "Friends", isTest, rules })).Ok(), "id");

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}

public sealed class ProgramsTestsOnSqlite : ProgramsTests;

[OnPostgres]
public sealed class ProgramsTestsOnPostgres : ProgramsTests;
