using System.Text.Json;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Attribution;

/// <summary>Facts as the intake stores them, with the decisions that follow from them. The amounts are of sales, in euro cents.</summary>
internal static class StoredHistory
{
    public static async Task<(long Link, long Partner)> HasPartnerAsync(this AggregatorServer server, string name)
    {
        var partner = (await server.PostAsync("/partners", new { name, email = name + "@example.com" })).Ok().GetProperty("id").GetString()!;
        var link = await server.HasLinkAsync(name, new { partnerId = partner });
        return (IdOf(EntityId.Link, link), IdOf(EntityId.Partner, partner));
    }

    public static long IdOf(string prefix, string text) => EntityId.TryParse(prefix, text, out var id) ? id : throw new ArgumentException(text, nameof(text));

    public static ProgramSet Programs(this AggregatorServer server) =>
        server.Database.Read(session => server.App.Services.GetRequiredService<ProgramStore>().Load(session));

    public static void SetRules(this AggregatorServer server, AttributionRules rules) => server.Database.Write(session =>
    {
        var program = session.First<long>("SELECT id FROM programs");
        var number = session.First<int>("SELECT MAX(version) FROM program_rules") + 1;
        server.App.Services.GetRequiredService<ProgramStore>().AddVersion(session, program, new ProgramVersion(number, 1, new ProgramRules { Attribution = rules }));
        return 0;
    });

    public static IReadOnlyList<Decision> Store(this AggregatorServer server, long customer, params (Fact Fact, long Amount)[] facts)
    {
        var decisions = Attributor.Decide(new CustomerHistory(null, [.. facts.Select(one => one.Fact)], []), server.Programs());
        server.Database.Write(session =>
        {
            session.Execute("INSERT INTO customers (id, external_id, name, created_at) VALUES (@customer, @external, 'Cleo', 0)", new { customer, external = "ext-" + customer });
            foreach (var (fact, amount) in facts)
            {
                Insert(session, customer, fact, amount, decisions.Single(decision => decision.FactId == fact.Id));
            }

            return 0;
        });
        return decisions;
    }

    private static void Insert(Session session, long customer, Fact fact, long amount, Decision decision)
    {
        session.Execute(
            """
            INSERT INTO conversions (id, kind, business_key, customer_id, decision, event_name, occurred_at, received_at, amount, currency, quantity, answer, request_hash,
                conflicts, enriched, lead_event_name, named_program_id, checkout_started_at)
            VALUES (@Id, @kind, @Key, @customer, @decision, @EventName, @OccurredAtMs, @OccurredAtMs, @amount, @currency, 1, '', '', 0, 1, @LeadEventName, @ProgramId, @CheckoutStartedAtMs)
            """,
            new
            {
                fact.Id,
                kind = fact.Kind.ToString().ToLowerInvariant(),
                fact.Key,
                customer,
                decision = JsonSerializer.Serialize(decision, ApiJson.Options),
                fact.EventName,
                fact.OccurredAtMs,
                amount = fact.Kind == FactKind.Sale ? amount : (long?)null,
                currency = fact.Kind == FactKind.Sale ? "eur" : null,
                fact.LeadEventName,
                fact.ProgramId,
                fact.CheckoutStartedAtMs,
            });
        for (var i = 0; i < fact.Evidence.Count; i++)
        {
            var touch = fact.Evidence[i];
            session.Execute(
                """
                INSERT INTO touches (conversion_id, position, customer_id, method, link_id, partner_id, program_id, click_token, occurred_at, refusal)
                VALUES (@Id, @i, @customer, @method, @LinkId, @PartnerId, @ProgramId, @ClickToken, @AtMs, @Refusal)
                """,
                new { fact.Id, i, customer, method = touch.Method.ToString().ToLowerInvariant(), touch.LinkId, touch.PartnerId, touch.ProgramId, touch.ClickToken, touch.AtMs, touch.Refusal });
        }
    }
}
