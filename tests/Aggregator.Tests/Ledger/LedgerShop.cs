using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Ledger;

/// <summary>A server whose program rewards sales, and facts that are put straight into its store.</summary>
internal sealed class LedgerShop(AggregatorServer server)
{
    private readonly EntityId _ids = server.App.Services.GetRequiredService<EntityId>();
    private readonly Dictionary<string, long> _links = [];

    public AggregatorServer Server => server;

    /// <summary>Gives the default program these rules, since ever.</summary>
    public void Rules(ProgramRules rules)
    {
        var programs = server.App.Services.GetRequiredService<ProgramStore>();
        server.Database.Write(session =>
        {
            session.Execute("DELETE FROM program_rules");
            programs.AddVersion(session, programs.Load(session).Default.Id, new ProgramVersion(1, 0, rules));
            return 0;
        });
    }

    /// <summary>A partner with a link.</summary>
    public async Task<string> PartnerAsync(string name, object? fields = null)
    {
        var partnerId = (await server.PostAsync("/partners", fields ?? new { name, email = name.ToLowerInvariant() + "@example.com" })).Ok().GetProperty("id").GetString()!;
        Assert.True(EntityId.TryParse(EntityId.Link, await server.HasLinkAsync("link" + _links.Count, new { partnerId }), out var link));
        _links.Add(partnerId, link);
        return partnerId;
    }

    /// <summary>A sale that is credited to the partner, or the same again with what was refunded by now.</summary>
    public void Sale(string partner, string customer, long amount, long refunded = 0, string invoice = "inv", bool isTest = false)
    {
        Assert.True(EntityId.TryParse(EntityId.Partner, partner, out var partnerId));
        var now = server.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        server.Database.Write(session =>
        {
            var program = server.App.Services.GetRequiredService<ProgramStore>().Load(session).Default;
            var link = _links[partner];
            var customerId = session.First<long?>("SELECT id FROM customers WHERE external_id = @customer", new { customer }) ?? _ids.Next();
            session.Execute(
                "INSERT INTO customers (id, external_id, is_test, created_at) VALUES (@customerId, @customer, @isTest, @now) ON CONFLICT (id) DO NOTHING",
                new { customerId, customer, isTest = isTest ? 1 : 0, now });
            var id = session.First<long?>("SELECT id FROM conversions WHERE business_key = @key", new { key = "sale:" + invoice }) ?? _ids.Next();
            session.Execute(
                """
                INSERT INTO conversions (id, kind, business_key, customer_id, link_id, partner_id, decision, event_name, occurred_at, amount, currency, invoice_id, quantity, answer,
                    request_hash, conflicts, enriched, program_id, refunded, is_test)
                VALUES (@id, 'sale', @key, @customerId, @link, @partnerId, '{}', 'Purchase', @now, @amount, @currency, @invoice, 1, '{}', '', 0, 1, @program, @refunded, @isTest)
                ON CONFLICT (id) DO UPDATE SET refunded = @refunded
                """,
                new { id, key = "sale:" + invoice, customerId, link, partnerId, now, amount, currency = program.Currency, invoice, program = program.Id, refunded, isTest = isTest ? 1 : 0 });
            session.Execute(
                """
                INSERT INTO credits (conversion_id, position, customer_id, link_id, partner_id, method, click_token, weight, amount, refunded)
                VALUES (@id, 0, @customerId, @link, @partnerId, 'click', NULL, 1, @amount, @refunded) ON CONFLICT (conversion_id, position) DO NOTHING
                """,
                new { id, customerId, link, partnerId, amount, refunded });
            var books = server.App.Services.GetRequiredService<LedgerBooks>().Open(session);
            books.Settle(Assert.Single(CreditedCustomers.Load(session, [customerId])), now);
            books.Save();
            return 0;
        });
    }

    /// <summary>Lets the fraud rules have looked at everything, and releases what is due in so many days.</summary>
    public async Task ReleaseAsync(int days = 31)
    {
        server.Database.Write(session => session.Execute("UPDATE commissions SET is_checked = 1"));
        server.Clock.Ahead += TimeSpan.FromDays(days);
        var release = server.App.Services.GetRequiredService<RewardRelease>();
        while (await release.ReleaseAsync(CancellationToken.None) > 0)
        {
        }
    }

    public async Task<(string Batch, string Payout)> PayAsync()
    {
        var batch = (await server.PostAsync("/payouts", new { })).Ok();
        return (batch.GetProperty("id").GetString()!, batch.GetProperty("payouts")[0].GetProperty("id").GetString()!);
    }

    public async Task<string[]> StatusesAsync(string query = "") =>
        [.. (await server.GetAsync("/commissions" + query)).Ok().EnumerateArray().Select(one => $"{one.GetProperty("status").GetString()} {one.GetProperty("earnings").GetInt64()}")];
}
