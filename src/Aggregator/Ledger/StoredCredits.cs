using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Rewards;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>Customers with the leads and sales that are credited in one program, as they are stored: all that a plan of rewards asks for. What went back is left out, because it changes no basis.</summary>
internal static class StoredCredits
{
    public static IReadOnlyList<CustomerAccount> Load(Session session, long program, IReadOnlyCollection<long> customers)
    {
        var arguments = new { program, customers = customers.ToArray() };
        var conversions = session.Query<ConversionRead>(
            $"""
            SELECT id, customer_id, kind, business_key, request_hash, occurred_at, quantity, amount, tax, shipping, refunded, currency, line_items, is_test FROM conversions
            WHERE {session.In("customer_id", "customers")} AND program_id = @program AND kind IN ('lead', 'sale')
            """,
            arguments);
        var credits = session.Query<CreditRead>(
            $"SELECT conversion_id, link_id, partner_id, method, weight, amount, refunded, position FROM credits WHERE {session.In("customer_id", "customers")} ORDER BY weight DESC, position", arguments)
            .ToLookup(row => row.ConversionId, row => row.ToPart());
        return
        [
            .. conversions.GroupBy(row => row.CustomerId)
                .Select(some => new CustomerAccount(some.Key, some.First().IsTest, [.. some.Select(row => row.ToConversion(program, [.. credits[row.Id]]))])),
        ];
    }

    private sealed class CreditRead
    {
        public long ConversionId { get; set; }

        public long LinkId { get; set; }

        public long? PartnerId { get; set; }

        public string Method { get; set; } = "";

        public long Weight { get; set; }

        public long Amount { get; set; }

        public long Refunded { get; set; }

        public int Position { get; set; }

        public CreditPart ToPart() => new(LinkId, PartnerId, Names.MethodOf(Method), null, Weight, Amount, Refunded, Position);
    }

    private sealed class ConversionRead
    {
        public long Id { get; set; }

        public long CustomerId { get; set; }

        public string Kind { get; set; } = "";

        public string? BusinessKey { get; set; }

        public string RequestHash { get; set; } = "";

        public long OccurredAt { get; set; }

        public int Quantity { get; set; }

        public long? Amount { get; set; }

        public long Tax { get; set; }

        public long Shipping { get; set; }

        public long Refunded { get; set; }

        public string? Currency { get; set; }

        public string? LineItems { get; set; }

        public bool IsTest { get; set; }

        public CreditedConversion ToConversion(long program, IReadOnlyList<CreditPart> credits) => new()
        {
            Id = Id,
            Kind = Names.KindOf(Kind),
            Key = BusinessKey ?? Conversions.BusinessKey.InPlaceOf(IsTest, Kind, RequestHash, Id),
            OccurredAtMs = OccurredAt,
            Quantity = Quantity,
            Amount = Amount ?? 0,
            Tax = Tax,
            Shipping = Shipping,
            Refunded = Refunded,
            Currency = Currency,
            LineItems = LineItem.Parse(LineItems) ?? [],
            ProgramId = program,
            Credits = credits,
        };
    }
}
