using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Attribution;

/// <summary>Histories of customers as they are stored, of many at once in three round trips.</summary>
internal static class HistoryReader
{
    /// <param name="contactHashes">The hashes under which a referrer may have named who has this email address and external id.</param>
    /// <returns>By customer; who is not known is left out.</returns>
    public static IReadOnlyDictionary<long, CustomerHistory> Read(
        Session session, IReadOnlyCollection<long> customerIds, Func<string?, string?, IReadOnlyList<string>> contactHashes)
    {
        if (customerIds.Count == 0)
        {
            return new Dictionary<long, CustomerHistory>();
        }

        var ids = new { customers = customerIds.ToArray() };
        var customers = session.Query<CustomerKeyRow>(
            $"SELECT id, external_id, email, known_since FROM customers WHERE {session.In("id", "customers")}", ids);
        var evidence = session.Query<TouchRow>(
            $"""
            SELECT conversion_id, method, link_id, partner_id, program_id, click_token, occurred_at, refusal
            FROM touches WHERE {session.In("customer_id", "customers")} ORDER BY conversion_id, position
            """,
            ids).ToLookup(row => row.ConversionId, row => row.ToTouch());
        var facts = session.Query<FactRow>(
            $"""
            SELECT id, customer_id, kind, business_key, occurred_at, event_name, lead_event_name, named_program_id, checkout_started_at
            FROM conversions WHERE {session.In("customer_id", "customers")}
            """,
            ids).ToLookup(row => row.CustomerId);
        var contacts = Contacts(session, customers, contactHashes);
        return customers.ToDictionary(
            customer => customer.Id,
            customer => new CustomerHistory(customer.KnownSince, [.. facts[customer.Id].Select(row => row.ToFact([.. evidence[row.Id]]))], contacts[customer.Id]));
    }

    private static Dictionary<long, IReadOnlyList<Touch>> Contacts(
        Session session, IReadOnlyList<CustomerKeyRow> customers, Func<string?, string?, IReadOnlyList<string>> contactHashes)
    {
        var hashes = customers.ToDictionary(customer => customer.Id, customer => contactHashes(customer.Email, customer.ExternalId));
        var named = session.Query<ContactTouchRow>(
            $"SELECT hash, program_id, partner_id, link_id, occurred_at FROM contacts WHERE {session.In("hash", "hashes")}",
            new { hashes = hashes.Values.SelectMany(all => all).ToArray() }).ToLookup(row => row.Hash, row => row.ToTouch());

        // Who named both the address and the id named one person.
        return hashes.ToDictionary(
            customer => customer.Key,
            customer => (IReadOnlyList<Touch>)[.. customer.Value.SelectMany(hash => named[hash]).Distinct().Order(TouchOrder.Instance)]);
    }

    private sealed class CustomerKeyRow
    {
        public long Id { get; set; }

        public string ExternalId { get; set; } = "";

        public string? Email { get; set; }

        public long? KnownSince { get; set; }
    }

    private sealed class FactRow
    {
        public long Id { get; set; }

        public long CustomerId { get; set; }

        public string Kind { get; set; } = "";

        public string? BusinessKey { get; set; }

        public long OccurredAt { get; set; }

        public string EventName { get; set; } = "";

        public string? LeadEventName { get; set; }

        public long? NamedProgramId { get; set; }

        public long? CheckoutStartedAt { get; set; }

        public Fact ToFact(IReadOnlyList<Touch> evidence) => new()
        {
            Id = Id,
            Kind = Enum.Parse<FactKind>(Kind, ignoreCase: true),
            Key = Fact.KeyOf(BusinessKey, Id),
            OccurredAtMs = OccurredAt,
            EventName = EventName,
            LeadEventName = LeadEventName,
            ProgramId = NamedProgramId,
            CheckoutStartedAtMs = CheckoutStartedAt,
            Evidence = evidence,
        };
    }

    private sealed class TouchRow
    {
        public long ConversionId { get; set; }

        public string Method { get; set; } = "";

        public long? LinkId { get; set; }

        public long? PartnerId { get; set; }

        public long? ProgramId { get; set; }

        public string? ClickToken { get; set; }

        public long OccurredAt { get; set; }

        public string? Refusal { get; set; }

        public Touch ToTouch() =>
            new(Enum.Parse<Method>(Method, ignoreCase: true), LinkId, PartnerId, ClickToken, OccurredAt, Refusal, ProgramId);
    }

    private sealed class ContactTouchRow
    {
        public string Hash { get; set; } = "";

        public long ProgramId { get; set; }

        public long PartnerId { get; set; }

        public long LinkId { get; set; }

        public long OccurredAt { get; set; }

        public Touch ToTouch() => new(Attribution.Method.Contact, LinkId, PartnerId, null, OccurredAt, ProgramId: ProgramId);
    }
}
