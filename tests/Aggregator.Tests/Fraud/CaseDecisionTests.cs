using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Fraud;
using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Tests.Engines;

namespace LinkTracker.Aggregator.Tests.Fraud;

public abstract class CaseDecisionTests : EngineTests
{
    [EngineFact]
    public async Task Three_of_ten_cases_dismissed_are_30_percent_overturned_and_release_exactly_those()
    {
        using var rig = await OpenAsync();
        var leads = Enumerable.Range(0, 10).Select(i => rig.Lead(rig.Partner($"p{i}"), $"p{i}@partners.example", FraudRig.Noon.AddMinutes(i))).ToList();
        await rig.CheckAsync();
        Assert.All(leads, lead => Assert.Equal("held", rig.StateOf(lead)));

        var cases = rig.Cases();
        Assert.Equal(10, cases.Count);
        var honest = rig.Items().Where(item => cases.Take(3).Any(one => one.Id == item.CaseId)).Select(item => item.ConversionId).ToHashSet();
        foreach (var one in cases.Take(3))
        {
            rig.Resolve(one.Id, "dismissed");
        }

        Assert.All(leads, lead => Assert.Equal(honest.Contains(lead) ? "pending" : "held", rig.StateOf(lead)));
        var report = rig.Database.Read(session => rig.Get<RulesReport>().Of(session, rig.Program)).Single(rule => rule.Rule == "self_referral");
        Assert.Equal((10L, 7L, 3L, 0.3m), (report.Cases, report.Open, report.Overturned, report.OverturnRate));
    }

    [EngineFact]
    public async Task What_two_cases_hold_is_released_by_the_second()
    {
        using var rig = await OpenAsync();
        var lead = rig.Lead(rig.Partner("ana"), "ana@partners.example", FraudRig.Noon, visitor: 1, delay: TimeSpan.Zero);
        await rig.CheckAsync();
        Assert.Equal(["self_referral", "too_fast"], rig.Items().Select(item => item.Rule));
        rig.Resolve(rig.Cases()[0].Id, "dismissed");
        Assert.Equal("held", rig.StateOf(lead));
        rig.Resolve(rig.Cases()[1].Id, "dismissed");
        Assert.Equal("pending", rig.StateOf(lead));
    }

    [EngineFact]
    public async Task Fraud_that_one_case_confirmed_is_not_released_by_another()
    {
        using var rig = await OpenAsync();
        var lead = rig.Lead(rig.Partner("ana"), "ana@partners.example", FraudRig.Noon, visitor: 1, delay: TimeSpan.Zero);
        await rig.CheckAsync();
        rig.Resolve(rig.Cases()[0].Id, "confirmed");
        Assert.Equal("held fraud", rig.StateOf(lead));
        Assert.Equal(0, rig.Commissions(lead)[0].Earnings);
        rig.Resolve(rig.Cases()[1].Id, "dismissed");
        Assert.Equal("held fraud", rig.StateOf(lead));
    }

    [EngineFact]
    public async Task Fraud_that_a_person_found_is_not_released_by_a_case()
    {
        using var rig = await OpenAsync();
        rig.Rules(new() { ["self_referral"] = new FraudRule("hold") });
        var lead = rig.Lead(rig.Partner("ana"), "ana@partners.example", FraudRig.Noon);
        await rig.CheckAsync();
        rig.Database.Write(session =>
        {
            var books = rig.Get<LedgerBooks>().Open(session);
            books.Decide(books.Find([rig.Commissions(lead)[0].Id])[0], Outcomes.Fraud, "ana", rig.Clock.Ms);
            return books.Save();
        });
        rig.Resolve(rig.Cases()[0].Id, "dismissed");
        Assert.Equal("pending fraud", rig.StateOf(lead));
    }

    [EngineFact]
    public async Task What_a_rule_rejected_is_owed_again_when_it_was_honest()
    {
        using var rig = await OpenAsync();
        rig.Rules(new() { ["self_referral"] = new FraudRule("reject") });
        var lead = rig.Lead(rig.Partner("ana"), "ana@partners.example", FraudRig.Noon);
        await rig.CheckAsync();
        Assert.Equal(0, rig.Commissions(lead)[0].Earnings);
        rig.Resolve(rig.Cases()[0].Id, "dismissed");
        Assert.Equal((FraudRig.Flat, "pending"), (rig.Commissions(lead)[0].Earnings, rig.StateOf(lead)));
    }

    [EngineFact]
    public async Task A_flag_that_is_confirmed_takes_the_money_back_and_what_comes_later_too()
    {
        using var rig = await OpenAsync();
        rig.Rules(new() { ["self_referral"] = new FraudRule("flag") });
        var partner = rig.Partner("ana");
        var first = rig.Lead(partner, "ana+1@partners.example", FraudRig.Noon);
        await rig.CheckAsync();
        rig.Resolve(rig.Cases()[0].Id, "confirmed");
        Assert.Equal("pending fraud", rig.StateOf(first));

        // A new conversion is a new question.
        var second = rig.Lead(partner, "ana+2@partners.example", FraudRig.Noon);
        await rig.CheckAsync();
        Assert.Equal("pending", rig.StateOf(second));
        Assert.Equal(["confirmed", "open"], rig.Cases().Select(one => one.Status));
    }

    [EngineFact]
    public async Task A_case_is_decided_once_with_a_note()
    {
        using var rig = await OpenAsync();
        rig.Lead(rig.Partner("ana"), "ana@partners.example", FraudRig.Noon);
        await rig.CheckAsync();
        var id = rig.Cases()[0].Id;
        Assert.Equal(422, Assert.Throws<ApiError>(() => rig.Resolve(id, "maybe")).Status);
        Assert.Equal(404, Assert.Throws<ApiError>(() => rig.Resolve(1, "confirmed")).Status);
        rig.Resolve(id, "dismissed");
        Assert.Equal(409, Assert.Throws<ApiError>(() => rig.Resolve(id, "confirmed")).Status);
        Assert.Equal(("dismissed", "looked into it", "api"), (rig.Cases()[0].Status, rig.Cases()[0].Note, rig.Cases()[0].ResolvedBy));
    }

    private async Task<FraudRig> OpenAsync() => new(await OpenDatabaseAsync());
}

public sealed class CaseDecisionTestsOnSqlite : CaseDecisionTests;

[OnPostgres]
public sealed class CaseDecisionTestsOnPostgres : CaseDecisionTests;
