using System.Text.Json;
using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Aggregator.Tests.Ledger;
using LinkTracker.Aggregator.Tests.Rewards;

namespace LinkTracker.Aggregator.Tests.Attribution;

public abstract class ExplanationTests : EngineTests
{
    private const long Now = 1_790_000_000_000;
    private const long Day = 86_400_000;

    [EngineFact]
    public async Task A_decision_is_told_with_its_inputs_winners_losers_refunds_commissions_and_a_summary()
    {
        await using var server = await StartAsync();
        var (ana, ben) = (await server.HasPartnerAsync("ana"), await server.HasPartnerAsync("ben"));
        server.Store(
            1,
            (Fact(11, FactKind.Lead, Now, new Touch(Method.Click, ana.Link, ana.Partner, "t1", Now - Day)), 0),
            (Fact(12, FactKind.Sale, Now + Day, new Touch(Method.Click, ben.Link, ben.Partner, "t2", Now - (90 * Day)), new Touch(Method.Code, null, null, null, Now + Day, "unknown_code")) with { CheckoutStartedAtMs = Now + 1 }, 4_990));
        server.Database.Write(session =>
        {
            var arguments = new { ana.Link, ana.Partner, program = session.First<long>("SELECT id FROM programs") };
            session.Execute("INSERT INTO credits (conversion_id, position, customer_id, link_id, partner_id, method, weight, amount, refunded) VALUES (12, 0, 1, @Link, @Partner, 'lead', 1, 4990, 1000)", arguments);
            session.Execute("UPDATE conversions SET refunded = 1000 WHERE id = 12");
            session.Execute(
                """
                INSERT INTO adjustments (id, business_key, kind, sale_key, conversion_id, amount, applied, currency, occurred_at, received_at, reason, is_test, answer, request_hash, conflicts)
                VALUES (1, 'refund:1', 'refund', 'key12', 12, 1000, 1000, 'eur', 5, 5, 'broken', 0, '', '', 0)
                """);
            session.Execute(
                """
                INSERT INTO commissions (id, program_id, rule_version, reward_id, side, type, unit, partner_id, customer_id, conversion_id, link_id, order_key, basis, quantity, due, earnings,
                    state, is_checked, is_test, occurred_at, available_at, version, created_at, updated_at)
                VALUES (1, @program, 1, 'r', 'referrer', 'sale', 'eur', @Partner, 1, 12, @Link, '', 4990, 1, 499, 399, 'pending', 0, 0, 0, 0, 1, 0, 0)
                """,
                arguments);
            return 0;
        });

        var told = (await server.GetAsync("/conversions/" + EntityId.Format(EntityId.Sale, 12) + "/explanation")).Ok();
        Assert.Equal(("sale", 4_990L, "eur", 1_000L), (told.GetProperty("type").GetString(), told.GetProperty("amount").GetInt64(), told.GetProperty("currency").GetString(), told.GetProperty("refunded").GetInt64()));
        Assert.Equal(("Default", 1, "last"), (told.GetProperty("program").GetProperty("name").GetString(), told.GetProperty("ruleVersion").GetInt32(), told.GetProperty("rules").GetProperty("model").GetString()));
        Assert.Equal("ext-1", told.GetProperty("inputs").GetProperty("customerExternalId").GetString());
        var credit = Assert.Single(told.GetProperty("credits").EnumerateArray());
        Assert.Equal((100m, 4_990L, 1_000L), (credit.GetProperty("percent").GetDecimal(), credit.GetProperty("amount").GetInt64(), credit.GetProperty("refunded").GetInt64()));
        Assert.Equal(
            ("lead", "ana", EntityId.Format(EntityId.Lead, 11), "go.example.com/ana"),
            (Text(credit, "method"), Text(credit, "partnerName"), Text(credit, "inheritedFrom"), Text(credit, "shortLink")));
        Assert.Equal(
            [
                ("unknown_code", "The typed code is one that nobody has."),
                ("window_over", "The click on the link of ben was too old: it counts for 90 days, and the conversion was at 2026-09-22T14:13:20.000Z."),
            ],
            told.GetProperty("rejected").EnumerateArray().Select(one => (one.GetProperty("reason").GetString()!, one.GetProperty("explanation").GetString()!)));
        Assert.Equal(("adj_0000000000001", 1_000), (told.GetProperty("adjustments")[0].GetProperty("id").GetString(), told.GetProperty("adjustments")[0].GetProperty("applied").GetInt64()));
        Assert.Equal(("cm_0000000000001", 399), (told.GetProperty("commissions")[0].GetProperty("id").GetString(), told.GetProperty("commissions")[0].GetProperty("earnings").GetInt64()));
        Assert.Equal(
            "The sale \"key12\" of 49.90 EUR of 2026-09-22T14:13:20.000Z is credited to ana by the credit that it inherits from lead_000000000000b, by version 1 of the rules of Default. "
            + "2 other touches were looked at and not credited: unknown_code, window_over. Of it, 10.00 EUR went back by 1 adjustment. "
            + "It led to 1 commission: 3.99 EUR for the referrer (pending).",
            told.GetProperty("summary").GetString());

        static string? Text(JsonElement credit, string name) => credit.GetProperty("touch").GetProperty(name).GetString();
    }

    [EngineFact]
    public async Task Shares_are_told_as_they_are_divided_and_a_conversion_of_nobody_says_why()
    {
        await using var server = await StartAsync();
        server.SetRules(new() { Model = "linear" });
        var (ana, ben) = (await server.HasPartnerAsync("ana"), await server.HasPartnerAsync("ben"));
        var own = new Touch(Method.Click, ana.Link, ana.Partner, "t1", Now - 3);
        server.Store(1, (Fact(11, FactKind.Sale, Now, own, new Touch(Method.Click, ben.Link, ben.Partner, "t2", Now - 2), own with { ClickToken = "t3", AtMs = Now - 1 }), 100));
        server.Store(2, (Fact(12, FactKind.Event, Now - 1), 0), (Fact(13, FactKind.Lead, Now, own with { AtMs = Now + 1 }), 0));

        var shared = await TellAsync(EntityId.Sale, 11);
        Assert.Equal([(33.3333m, 34), (33.3333m, 33), (33.3333m, 33L)], shared.GetProperty("credits").EnumerateArray().Select(one => (one.GetProperty("percent").GetDecimal(), one.GetProperty("amount").GetInt64())));
        Assert.Contains("is shared by version 2 of the rules of Default, model linear: 33.33 % for ana by a click of", shared.GetProperty("summary").GetString(), StringComparison.Ordinal);
        var nobodys = await TellAsync(EntityId.Event, 12);
        Assert.Equal(JsonValueKind.Null, nobodys.GetProperty("program").ValueKind);
        Assert.Contains("because no evidence came", nobodys.GetProperty("summary").GetString(), StringComparison.Ordinal);
        var late = await TellAsync(EntityId.Lead, 13);
        Assert.Contains("because no evidence counts", late.GetProperty("summary").GetString(), StringComparison.Ordinal);
        Assert.Contains("came only after the conversion", late.GetProperty("rejected")[0].GetProperty("explanation").GetString(), StringComparison.Ordinal);

        async Task<JsonElement> TellAsync(string prefix, long id) => (await server.GetAsync("/conversions/" + EntityId.Format(prefix, id) + "/explanation")).Ok();
    }

    [EngineFact]
    public async Task A_decision_of_an_older_form_is_made_anew_from_what_is_stored()
    {
        await using var server = await StartAsync();
        var ana = await server.HasPartnerAsync("ana");
        server.Store(1, (Fact(11, FactKind.Sale, Now, new Touch(Method.Click, ana.Link, ana.Partner, "t1", Now - 3)), 100));
        server.Database.Write(session => session.Execute(
            """UPDATE conversions SET decision = '{"ruleVersion":1,"occurredAtMs":1,"windowMs":1,"winner":null,"candidates":[{"touch":{"method":1,"linkId":1,"atMs":1},"lost":null}]}'"""));
        var told = (await server.GetAsync("/conversions/" + EntityId.Format(EntityId.Sale, 11) + "/explanation")).Ok();
        Assert.Equal("ana", told.GetProperty("credits")[0].GetProperty("touch").GetProperty("partnerName").GetString());
    }

    [EngineFact]
    public async Task What_is_no_conversion_or_of_another_kind_is_not_found()
    {
        await using var server = await StartAsync();
        server.Store(1, (Fact(11, FactKind.Sale, Now), 100));
        foreach (var id in new[] { "11", "sale_", EntityId.Format(EntityId.Sale, 12), EntityId.Format(EntityId.Lead, 11), EntityId.Format(EntityId.Event, 11) })
        {
            Assert.Contains(id, (await server.GetAsync($"/conversions/{id}/explanation")).Refused(404, "not_found"), StringComparison.Ordinal);
        }
    }

    [EngineFact]
    public async Task What_led_to_no_commission_says_why_rule_by_rule()
    {
        await using var server = await StartAsync();
        var shop = new LedgerShop(server);
        shop.Rules(new ProgramRules
        {
            Rewards =
            [
                new RewardRule { Id = "big", BasisPoints = 1_000, MinimumAmount = 5_000 },
                new RewardRule { Id = "third", BasisPoints = 500, EveryNth = 3 },
                new RewardRule { Id = "lead", Event = "lead", Kind = "flat", Amount = 100, Side = "friend" },
            ],
        });
        var ana = await shop.PartnerAsync("Ana");
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 900, invoiceId = "i", referralCode = "link0" })).Ok();
        var told = await ExplainSaleAsync(server);
        Assert.Equal(
            [
                $"{ana} big referrer below_minimum The reward big needs 50.00 USD at least, and there is less to compute it from.",
                $"{ana} third referrer not_nth The reward third is for one in 3 sales of the customer, and this is one between.",
                $"{ana} lead friend other_event The reward lead is for each lead, and this is none.",
            ],
            told.GetProperty("notRewarded").EnumerateArray().Select(one => string.Join(' ', new[] { "partnerId", "rewardId", "side", "reason", "explanation" }.Select(name => one.GetProperty(name).GetString()))));
        Assert.EndsWith(
            "It led to no commission. The reward big needs 50.00 USD at least, and there is less to compute it from. The reward third is for one in 3 sales of the customer, and this is one between.",
            told.GetProperty("summary").GetString(), StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task Nothing_by_rule_for_an_invoice_that_a_person_made_a_commission_for_is_told()
    {
        await using var server = await StartAsync();
        var shop = new LedgerShop(server);
        shop.Rules(new ProgramRules { Rewards = [new RewardRule { Id = "sales", BasisPoints = 1_000 }] });
        var ana = await shop.PartnerAsync("Ana");
        (await server.PostAsync("/track/lead", new { clickId = "", referralCode = "link0", eventName = "Sign up", customerExternalId = "c" })).Ok();
        (await server.PostAsync("/commissions", new { type = "sale", partnerId = ana, customerId = "ext_c", sale = new { amount = 1_000, currency = "usd", invoiceId = "i" } })).Ok();
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 1_000, invoiceId = "i" })).Ok();
        Assert.EndsWith(
            "It led to no commission. The reward sales is left out, because a person made a commission of Ana for this invoice.",
            (await ExplainSaleAsync(server)).GetProperty("summary").GetString(), StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task What_the_shop_gives_is_told_in_its_own_words_with_what_went_back()
    {
        await using var server = await StartAsync();
        var shop = new LedgerShop(server);
        shop.Rules(new ProgramRules
        {
            Rewards =
            [
                new RewardRule { Id = "off", Side = "friend", Kind = "discount", BasisPoints = 1_250 },
                new RewardRule { Id = "vip", Kind = "access", Label = "VIP lounge" },
                new RewardRule { Id = "credit", Side = "friend", Kind = "credit", Amount = 300 },
            ],
        });
        await shop.PartnerAsync("Ana");
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 1_000, shipping = 100, invoiceId = "i", referralCode = "link0" })).Ok();
        (await server.PostAsync("/track/refund", new { invoiceId = "i", refundId = "r", amount = 270, shipping = 0 })).Ok();
        var told = await ExplainSaleAsync(server);
        Assert.Contains(
            "It led to 3 commissions: 12.5 % off for the friend (pending), VIP lounge for the referrer (pending), 2.10 USD credit for the friend (pending).",
            told.GetProperty("summary").GetString(), StringComparison.Ordinal);
        Assert.Equal((270, 0, JsonValueKind.Null), (told.GetProperty("adjustments")[0].GetProperty("amount").GetInt64(), told.GetProperty("adjustments")[0].GetProperty("shipping").GetInt64(), told.GetProperty("adjustments")[0].GetProperty("tax").ValueKind));
    }

    [Theory]
    [InlineData("event", true, "because only leads and sales are rewarded.")]
    [InlineData("sale", true, "because the link is of no partner.")]
    [InlineData("sale", false, "because nobody is credited.")]
    public void Without_a_rule_that_was_asked_the_summary_says_why(string type, bool isCredited, string why)
    {
        var touch = new ExplainedTouch("click", "link_1", "d/k", null, null, "t", "2026-01-01T00:00:00.000Z", null, null);
        var answer = new ExplanationAnswer(
            "id", "", type, "e", "t", "t", false, null, null, 0, new ExplainedInputs("c", "c", null, null, null, null), isCredited ? new ExplainedProgram("p", "P") : null, 1, new AttributionRules(),
            "last", false, isCredited ? [new ExplainedCredit(touch, 1, 100, 0, 0)] : [], [], [], [], []);
        Assert.EndsWith("It led to no commission, " + why, InWords.Summary(answer), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_reason_for_no_reward_has_a_sentence_of_its_own()
    {
        var conversion = RewardSample.Sale(1, 100);
        var reasons = typeof(UnmetReasons).GetFields().Select(field => (string)field.GetRawConstantValue()!).ToList();
        var sentences = reasons.ConvertAll(reason => RewardWords.Why(new Unmet(conversion, 1, new RewardRule { Id = "r", EveryNth = 2, MaxMonths = 3 }, reason), "Ana", "eur"));
        Assert.Equal(12, sentences.Distinct().Count());
        Assert.Throws<ArgumentException>(() => RewardWords.Why(new Unmet(conversion, 1, null, "else"), "Ana", "eur"));
    }

    [Fact]
    public void Every_reason_has_a_sentence_of_its_own()
    {
        var touch = new ExplainedTouch("click", "link_1", "d/k", null, null, "t", "2026-01-01T00:00:00.000Z", null, null);
        var reasons = typeof(Lost).GetFields().Select(field => (string)field.GetRawConstantValue()!).Concat(["unknown_code", "link_not_live", "throttled"]).ToList();
        var sentences = reasons.Select(reason => InWords.Why(reason, touch, new StoredConversion { CheckoutStartedAt = 1 }, new AttributionRules { ClickDays = 90 })).ToList();
        Assert.Equal(sentences.Count, sentences.Distinct().Count());
        Assert.All(sentences, sentence => Assert.StartsWith("The click on the link of d/k ", sentence, StringComparison.Ordinal));
    }

    private static async Task<JsonElement> ExplainSaleAsync(AggregatorServer server) => (await server.GetAsync(
        $"/conversions/{EntityId.Format(EntityId.Sale, server.Database.Read(session => session.First<long>("SELECT id FROM conversions WHERE kind = 'sale'")))}/explanation")).Ok();

    private static Fact Fact(long id, FactKind kind, long atMs, params Touch[] evidence) =>
        new() { Id = id, Kind = kind, Key = "key" + id, EventName = "key" + id, OccurredAtMs = atMs, Evidence = evidence };
}

public sealed class ExplanationTestsOnSqlite : ExplanationTests;

[OnPostgres]
public sealed class ExplanationTestsOnPostgres : ExplanationTests;
