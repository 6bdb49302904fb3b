using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;

namespace LinkTracker.Aggregator.Tests.Storage;

/// <summary>What an older version recorded is evidence and credit of this one. The scripts are the same on both engines.</summary>
public sealed class OldConversionsTests
{
    // The last one of the version that knew no programs.
    private const long Before = 4;

    [Fact]
    public async Task Leads_get_keys_of_their_customer_and_deferred_leads_become_facts()
    {
        var folder = Directory.CreateTempSubdirectory("linktracker-").FullName;
        try
        {
            await using var server = await OpenOldAsync(folder, Before, session =>
            {
                session.Execute(
                    """
                    INSERT INTO links (id, domain, key, key_folded, url, url_hash, track_conversion, redirect_status, query_policy, archived, do_index, public_stats, created_at, updated_at)
                    VALUES (1, 'go.example.com', 'ana', 'ana', 'https://shop.example.com/', 0, 1, 302, 'keep', 0, 0, 0, 1, 1)
                    """);
                session.Execute(
                    """
                    INSERT INTO customers (id, external_id, link_id, click_token, clicked_at, created_at) VALUES (10, 'a:b', 1, 'token', 5, 6), (11, 'deferred', 1, 'other', 7, 8)
                    """);
                session.Execute(
                    """
                    INSERT INTO conversions (id, kind, business_key, customer_id, link_id, click_token, clicked_at, method, decision, event_name, occurred_at, quantity, answer, request_hash, conflicts, enriched)
                    VALUES (20, 'lead', @lead, 10, 1, 'token', 5, 'click', '{}', 'Sign up', 9, 1, '{}', '', 0, 1),
                           (21, 'sale', 'sale:i', 11, 1, 'other', 7, 'customer', '{}', 'Purchase', 9, 1, '{}', '', 0, 1)
                    """,
                    new { lead = $"lead:{EntityId.Format(EntityId.Customer, 10)}:sign-up" });
                session.Execute("UPDATE conversions SET amount = 100, currency = 'usd' WHERE kind = 'sale'");
            });

            Assert.Equal(["deferred 11 ", "lead 10 lead:a:b:sign-up", "sale 11 sale:i"], Texts("SELECT kind || ' ' || customer_id || ' ' || COALESCE(business_key, '') FROM conversions ORDER BY kind"));
            Assert.Equal(["11 click other 7", "20 click token 5"], Texts("SELECT conversion_id || ' ' || method || ' ' || click_token || ' ' || occurred_at FROM touches ORDER BY conversion_id"));
            Assert.Equal(["11 1 0", "20 1 0", "21 1 100"], Texts("SELECT conversion_id || ' ' || link_id || ' ' || amount FROM credits ORDER BY conversion_id"));

            // A later sale of who came by a deferred lead still goes to its link.
            (await server.PostAsync("/track/sale", new { customerExternalId = "deferred", amount = 5, invoiceId = "j" })).Ok();
            var shown = (await server.GetAsync("/links/info?linkId=" + EntityId.Format(EntityId.Link, 1))).Ok();
            Assert.Equal((105L, 1L), (shown.GetProperty("saleAmount").GetInt64(), shown.GetProperty("leads").GetInt64()));

            IReadOnlyList<string> Texts(string sql) => server.Database.Read(session => session.Query<string>(sql));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    internal static Task<AggregatorServer> OpenOldAsync(string folder, long before, Action<Session> fill)
    {
        using (var engine = new SqliteEngine(Path.Combine(folder, "linktracker.db")))
        {
            engine.Write(session =>
            {
                Migrations.Apply(session, engine, before);
                fill(session);
                return 0;
            });
        }

        return AggregatorServer.StartAsync(folder);
    }
}
