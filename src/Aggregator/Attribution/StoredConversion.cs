using System.Text.Json;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Attribution;

/// <summary>A conversion with all that an explanation tells of it, in a few reads.</summary>
internal sealed class StoredConversion
{
    private const string External = "ext_";

    public long Id { get; set; }

    public string Kind { get; set; } = "";

    public string EventName { get; set; } = "";

    public long OccurredAt { get; set; }

    public long ReceivedAt { get; set; }

    public bool IsTest { get; set; }

    public long? Amount { get; set; }

    public string? Currency { get; set; }

    public long Refunded { get; set; }

    public long CustomerId { get; set; }

    public string ExternalId { get; set; } = "";

    public long? KnownSince { get; set; }

    public long? NamedProgramId { get; set; }

    public string? LeadEventName { get; set; }

    public long? CheckoutStartedAt { get; set; }

    public string Decision { get; set; } = "";

    /// <summary>As on the wire, such as <c>sale_…</c>.</summary>
    public string WireId => EntityId.Format(PrefixOf(Kind), Id);

    /// <summary>Customers of tests are stored under names of their own, which nobody sees.</summary>
    public string ShownExternalId => CustomerRecord.ShownId(IsTest, ExternalId);

    /// <param name="id">As on the wire, or <c>ext_</c> and the shop's id of an invoice.</param>
    /// <exception cref="ApiError">404 when there is none with this id.</exception>
    public static StoredConversion Get(Session session, string id)
    {
        if (id.StartsWith(External, StringComparison.Ordinal))
        {
            return session.First<long?>("SELECT id FROM conversions WHERE business_key = @key", new { key = BusinessKey.Sale(isTest: false, id[External.Length..]) }) is { } sale
                ? Find(session, sale)!
                : throw ApiError.NotFound($"There is no sale with the invoiceId {id[External.Length..]}.");
        }

        foreach (var prefix in (ReadOnlySpan<string>)[EntityId.Lead, EntityId.Sale, EntityId.Event])
        {
            if (EntityId.TryParse(prefix, id, out var number) && Find(session, number) is { } row && PrefixOf(row.Kind) == prefix)
            {
                return row;
            }
        }

        throw ApiError.NotFound($"There is no conversion {id}.");
    }

    /// <summary>That of the id, if it may be one of a conversion.</summary>
    public static string PrefixOfId(string? id) =>
        ((string[])[EntityId.Lead, EntityId.Event]).FirstOrDefault(prefix => id?.StartsWith(prefix, StringComparison.Ordinal) == true) ?? EntityId.Sale;

    /// <summary>What ids of a kind of conversion begin with on the wire.</summary>
    public static string PrefixOf(string kind) => kind switch
    {
        "sale" => EntityId.Sale,
        "event" => EntityId.Event,
        _ => EntityId.Lead,
    };

    /// <summary>Null when it was stored by a version that decided in another form.</summary>
    public Decision? StoredDecision()
    {
        var decision = JsonSerializer.Deserialize<StoredForm>(Decision, ApiJson.Options)!;
        return decision.FactId == Id ? JsonSerializer.Deserialize<Decision>(Decision, ApiJson.Options) : null;
    }

    private static StoredConversion? Find(Session session, long id) => session.First<StoredConversion>(
        """
        SELECT v.id, v.kind, v.event_name, v.occurred_at, v.received_at, v.is_test, v.amount, v.currency, v.refunded, v.customer_id, v.named_program_id,
            v.lead_event_name, v.checkout_started_at, v.decision, c.external_id, c.known_since
        FROM conversions v JOIN customers c ON c.id = v.customer_id WHERE v.id = @id
        """,
        new { id });

    private sealed record StoredForm(long FactId);
}
