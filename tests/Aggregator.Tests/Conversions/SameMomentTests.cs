using System.Globalization;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Aggregator.Tests.Ledger;

namespace LinkTracker.Aggregator.Tests.Conversions;

/// <summary>Shops tell times by the second, or by the day, and by clocks that go ahead.</summary>
public abstract class SameMomentTests : EngineTests
{
    private static readonly RewardRule Tenth = new() { Id = "sales", BasisPoints = 1_000 };
    private static readonly RewardRule ForLead = new() { Id = "lead", Event = "lead", Kind = "flat", Amount = 500 };

    [EngineTheory]
    [InlineData("""{"customerExternalId":"c","amount":10000,"occurredAt":"AT","invoiceId":"i"}""", 1_500)]
    [InlineData("""{"customerExternalId":"c","amount":10000,"occurredAt":"AT"}""", 1_500)]
    [InlineData("""{"customerExternalId":"c","eventName":"Activated","occurredAt":"AT","eventId":"e"}""", 500)]
    [InlineData("""{"customerExternalId":"c","eventName":"Activated","occurredAt":"AT"}""", 500)]
    public async Task What_happens_in_the_moment_of_a_lead_comes_behind_it(string body, long earned)
    {
        await using var server = await StartAsync();
        var shop = Shop(server, new AttributionRules { NewCustomersOnly = true, PendingDays = 0 }, Tenth, ForLead);
        await shop.PartnerAsync("Ana");
        var at = Wire(server.Clock.GetUtcNow().AddDays(-1));
        var path = body.Contains("amount", StringComparison.Ordinal) ? "/track/sale" : "/track/event";
        (await server.SendAsync(HttpMethod.Post, path, body.Replace("AT", at, StringComparison.Ordinal))).Ok();
        (await server.PostAsync("/track/lead", new { customerExternalId = "c", eventName = "Sign up", referralCode = "link0", occurredAt = at })).Ok();
        Assert.Equal(earned, Earned(server));
    }

    [EngineFact]
    public async Task Which_of_two_sales_of_one_moment_is_the_first_does_not_hang_on_which_was_told_first()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, new AttributionRules(), Tenth with { MaxMonths = 0 });
        await shop.PartnerAsync("Ana");
        var at = Wire(server.Clock.GetUtcNow().AddDays(-1));
        foreach (var customer in Enumerable.Range(0, 16))
        {
            foreach (var amount in new[] { 1_000, 9_000 })
            {
                (await server.PostAsync("/track/sale", new { customerExternalId = "c" + customer, amount, referralCode = "link0", occurredAt = at })).Ok();
            }
        }

        // Not the first that was told: the one whose content says so, here by its hash.
        var rewarded = server.Database.Read(session => session.Query<long>("SELECT conversion_id FROM commissions WHERE earnings > 0 ORDER BY customer_id"));
        var first = server.Database.Read(session => session.Query<long>(
            "SELECT id FROM conversions c WHERE NOT EXISTS (SELECT 1 FROM conversions o WHERE o.customer_id = c.customer_id AND o.request_hash < c.request_hash) ORDER BY customer_id"));
        Assert.Equal(first, rewarded);
        Assert.Equal(16, first.Count);
    }

    [EngineFact]
    public async Task A_partner_of_several_touches_earns_for_what_it_is_credited_with()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, new AttributionRules { Model = "linear" }, Tenth with { BasisPoints = 10_000, Basis = "gross" });
        await shop.PartnerAsync("Ana");
        await shop.PartnerAsync("Ben");
        var links = server.Database.Read(session => session.Query<long>("SELECT id FROM links ORDER BY key")).Select(id => EntityId.Format(EntityId.Link, id)).ToArray();
        var now = server.Clock.GetUtcNow();
        string[] clickIds = [server.Click(links[0], now.AddDays(-3)), server.Click(links[1], now.AddDays(-2)), server.Click(links[1], now.AddDays(-1))];
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 100, invoiceId = "i", clickIds })).Ok();
        Assert.Equal([34, 66], server.Database.Read(session => session.Query<long>("SELECT SUM(amount) FROM credits GROUP BY partner_id ORDER BY partner_id")));
        Assert.Equal([34, 66], server.Database.Read(session => session.Query<long>("SELECT earnings FROM commissions ORDER BY partner_id")));
    }

    [EngineTheory]
    [InlineData("rules")]
    [InlineData("group")]
    [InlineData("standing")]
    public async Task A_change_of_now_does_not_judge_anew_what_a_clock_that_goes_ahead_told_before(string what)
    {
        await using var server = await StartAsync();
        var shop = Shop(server, new AttributionRules(), Tenth);
        shop.Rules(new ProgramRules { Rewards = [Tenth], Groups = [new ReferrerGroup("gold", [Tenth with { BasisPoints = 5_000 }])] });
        var ana = await shop.PartnerAsync("Ana");
        var program = (await server.GetAsync("/programs")).Ok()[0].GetProperty("id").GetString();
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 10_000, referralCode = "link0", invoiceId = "i", occurredAt = Wire(server.Clock.GetUtcNow().AddMinutes(4)) })).Ok();
        var changed = what switch
        {
            "rules" => await server.PatchAsync("/programs/" + program, new { rules = new { rewards = new[] { new { id = "sales", basisPoints = 5_000 } } } }),
            "group" => await server.PutAsync($"/programs/{program}/partners/{ana}", new { group = "gold" }),
            _ => await server.PostAsync("/partners/deactivate", new { partnerId = ana }),
        };
        changed.Ok();
        (await server.PatchAsync("/programs/" + program, new { rules = new { holdingDays = 1 }, validFrom = Wire(server.Clock.GetUtcNow().AddMinutes(1)) })).Refused(422, "unprocessable_entity");

        server.Clock.Ahead += TimeSpan.FromMinutes(10);
        (await server.PatchAsync("/customers/ext_c", new { name = "Carl" })).Ok();
        Assert.Equal(1_000, Earned(server));

        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 10_000, invoiceId = "j" })).Ok();
        Assert.Equal(what == "standing" ? 1_000 : 6_000, Earned(server));
    }

    private static LedgerShop Shop(AggregatorServer server, AttributionRules attribution, params RewardRule[] rewards)
    {
        var shop = new LedgerShop(server);
        shop.Rules(new ProgramRules { Attribution = attribution.Pinned(TimeSpan.FromDays(30)), Rewards = rewards });
        return shop;
    }

    private static long Earned(AggregatorServer server) => server.Database.Read(session => session.First<long>("SELECT COALESCE(SUM(earnings), 0) FROM commissions"));

    private static string Wire(DateTimeOffset time) => time.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}

public sealed class SameMomentTestsOnSqlite : SameMomentTests;

[OnPostgres]
public sealed class SameMomentTestsOnPostgres : SameMomentTests;
