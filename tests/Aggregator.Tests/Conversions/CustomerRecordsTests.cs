using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Engines;

namespace LinkTracker.Aggregator.Tests.Conversions;

public abstract class CustomerRecordsTests : EngineTests
{
    [EngineFact]
    public async Task A_history_comes_back_with_its_facts_their_evidence_and_who_named_the_customer()
    {
        await using var server = await StartAsync();
        var partner = IdOf(EntityId.Partner, (await server.PostAsync("/partners", new { email = "p@example.com" })).Ok().GetProperty("id").GetString());
        var link = IdOf(EntityId.Link, await server.HasLinkAsync("ana"));
        var (program, histories) = server.Database.Write(session =>
        {
            var program = session.First<long>("SELECT id FROM programs");
            Fill(session, program, partner, link);
            return (program, CustomerRecords.Load(session, [1, 2, 99]).ToDictionary(customer => customer.Row.Id, customer => customer.ToHistory()));
        });

        Assert.Equal([1L, 2L], histories.Keys.Order());
        Assert.Equal((77, 0, 0), (histories[2].KnownSinceMs, histories[2].Facts.Count, histories[2].Contacts.Count));
        var (lead, sale) = (histories[1].Facts.Single(fact => fact.Id == 11), histories[1].Facts.Single(fact => fact.Id == 12));
        Assert.Equal((FactKind.Lead, "lead:x", 100L, "Sign up"), (lead.Kind, lead.Key, lead.OccurredAtMs, lead.EventName));
        Assert.Equal(
            [new Touch(Method.Code, null, null, null, 100, "unknown_code"), new Touch(Method.Click, link, partner, "token", 90, null, program)], lead.Evidence);
        Assert.Equal((FactKind.Sale, BusinessKey.InPlaceOf(false, "sale", "", 12), "Sign up", program, 190L), (sale.Kind, sale.Key, sale.LeadEventName, sale.ProgramId, sale.CheckoutStartedAtMs));
        Assert.Empty(sale.Evidence);
        Assert.Equal([new Touch(Method.Contact, link, partner, null, 40, ProgramId: program), new Touch(Method.Contact, link, partner, null, 50, ProgramId: program)], histories[1].Contacts);
    }

    private static long IdOf(string prefix, string? text) => EntityId.TryParse(prefix, text, out var id) ? id : throw new ArgumentException(text);

    private static void Fill(Session session, long program, long partner, long link)
    {
        session.Execute("INSERT INTO customers (id, external_id, email, known_since, created_at) VALUES (1, 'c', 'c@example.com', NULL, 0), (2, 'd', NULL, 77, 0)");
        session.Execute(
            """
            INSERT INTO conversions (id, kind, business_key, customer_id, decision, event_name, occurred_at, quantity, answer, request_hash, conflicts, enriched,
                lead_event_name, named_program_id, checkout_started_at)
            VALUES (11, 'lead', 'lead:x', 1, '{}', 'Sign up', 100, 1, '', '', 0, 1, NULL, NULL, NULL),
                   (12, 'sale', NULL, 1, '{}', 'Purchase', 200, 1, '', '', 0, 1, 'Sign up', @program, 190)
            """,
            new { program });
        session.Execute(
            """
            INSERT INTO touches (conversion_id, position, customer_id, method, link_id, partner_id, program_id, click_token, occurred_at, refusal)
            VALUES (11, 1, 1, 'click', @link, @partner, @program, 'token', 90, NULL), (11, 0, 1, 'code', NULL, NULL, NULL, NULL, 100, 'unknown_code'),
                   (11, 2, 1, 'contact', @link, @partner, @program, NULL, 50, NULL), (12, 0, 1, 'contact', @link, @partner, @program, NULL, 50, NULL),
                   (12, 1, 1, 'contact', @link, @partner, @program, NULL, 40, NULL)
            """,
            new { link, partner, program });
    }
}

public sealed class CustomerRecordsTestsOnSqlite : CustomerRecordsTests;

[OnPostgres]
public sealed class CustomerRecordsTestsOnPostgres : CustomerRecordsTests;
