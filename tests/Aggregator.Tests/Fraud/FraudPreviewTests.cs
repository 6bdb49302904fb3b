using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Fraud;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Tests.Engines;

namespace LinkTracker.Aggregator.Tests.Fraud;

public abstract class FraudPreviewTests : EngineTests
{
    [EngineFact]
    public async Task It_tells_what_rules_would_have_done_and_changes_nothing()
    {
        using var rig = await OpenAsync();
        rig.Rules(new() { ["velocity"] = new FraudRule("off"), ["self_referral"] = new FraudRule("flag") });
        var partner = rig.Partner("ana");
        var leads = Enumerable.Range(0, 4).Select(i => rig.Lead(partner, $"c{i}@mail.example", FraudRig.Noon.AddMinutes(i))).ToList();
        rig.Lead(partner, "late@mail.example", FraudRig.Noon.AddHours(1));
        rig.Lead(rig.Partner("ben"), "ben@partners.example", FraudRig.Noon);
        await rig.CheckAsync();
        var (ledger, items) = (rig.Ledger(), rig.Items().Count);

        var answer = Preview(rig, new() { ["velocity"] = new FraudRule("hold", 3, 10), ["too_fast"] = new FraudRule("hold", 5) }, days: 1);
        Assert.Equal(6, answer.Commissions);
        Assert.Equal(["too_fast", "velocity"], answer.Rules.Select(rule => rule.Rule).Order());
        var velocity = answer.Rules.Single(rule => rule.Rule == "velocity");
        Assert.Equal((4L, 1L, 4L, 4 * FraudRig.Flat, 4L), (velocity.Conversions, velocity.Partners, velocity.Commissions, velocity.Earnings["usd"], velocity.Modes["hold"]));
        Assert.Equal(leads.Count, velocity.Examples.Count);
        Assert.Equal((ledger, items), (rig.Ledger(), rig.Items().Count));
    }

    [EngineFact]
    public async Task It_looks_at_the_days_that_are_asked_for()
    {
        using var rig = await OpenAsync();
        rig.Lead(rig.Partner("ana"), "ana@partners.example", FraudRig.Noon.AddDays(-20));
        var rules = new Dictionary<string, FraudRule> { ["self_referral"] = new("hold") };
        Assert.Equal(0, Preview(rig, rules, 19).Rules[0].Conversions);
        Assert.Equal(1, Preview(rig, rules, 21).Rules[0].Conversions);
    }

    [EngineFact]
    public async Task What_cannot_be_asked_is_refused_by_name()
    {
        using var rig = await OpenAsync();
        Refused("rules", () => Preview(rig, null, 1));
        Refused("rules.velocity.mode", () => Preview(rig, new() { ["velocity"] = new FraudRule("maybe") }, 1));
        Refused("days", () => Preview(rig, [], 91));
        Refused("days", () => Preview(rig, [], 0));
    }

    private static void Refused(string field, Action work)
    {
        var refusal = Assert.Throws<ApiError>(work);
        Assert.Equal(422, refusal.Status);
        Assert.StartsWith(field, refusal.Message, StringComparison.Ordinal);
    }

    private static PreviewAnswer Preview(FraudRig rig, Dictionary<string, FraudRule>? rules, int days) => rig.Database.Read(session =>
        rig.Get<FraudPreview>().Run(session, rig.Get<ProgramStore>().Load(session).Default, new FraudPreviewRequest { Rules = rules, Days = days }));

    private async Task<FraudRig> OpenAsync() => new(await OpenDatabaseAsync());
}

public sealed class FraudPreviewTestsOnSqlite : FraudPreviewTests;

[OnPostgres]
public sealed class FraudPreviewTestsOnPostgres : FraudPreviewTests;
