using System.Text.Json;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Rewards;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Tests.Ledger;

/// <summary>Customers with what a test put down as decided of their conversions.</summary>
internal static class CreditedCustomers
{
    public static IReadOnlyList<CustomerAccount> Load(Session session, IReadOnlyCollection<long> customers)
    {
        var ids = customers.ToArray();
        if (ids.Length == 0)
        {
            return [];
        }

        var credits = session.Query<CreditRow>($"SELECT * FROM credits WHERE {session.In("customer_id", "ids")} ORDER BY conversion_id, position", new { ids })
            .ToLookup(row => row.ConversionId, row => row.ToPart());
        return
        [
            .. session.Query<ConversionRead>(
                $"""
                SELECT id, customer_id, kind, business_key, occurred_at, quantity, amount, tax, shipping, refunded, currency, line_items, program_id, is_test
                FROM conversions WHERE {session.In("customer_id", "ids")}
                """,
                new { ids })
            .GroupBy(row => row.CustomerId)
            .Select(some => new CustomerAccount(some.Key, some.First().IsTest, [.. some.Select(row => row.ToConversion([.. credits[row.Id].OrderByDescending(part => part.Weight)]))])),
        ];
    }

    private sealed class CreditRow
    {
        public long ConversionId { get; set; }

        public long LinkId { get; set; }

        public long? PartnerId { get; set; }

        public string Method { get; set; } = "";

        public string? ClickToken { get; set; }

        public long Weight { get; set; }

        public int Position { get; set; }

        public long Amount { get; set; }

        public long Refunded { get; set; }

        public CreditPart ToPart() => new(LinkId, PartnerId, Enum.Parse<Method>(Method, ignoreCase: true), ClickToken, Weight, Amount, Refunded, Position);
    }

    private sealed class ConversionRead
    {
        public long Id { get; set; }

        public long CustomerId { get; set; }

        public string Kind { get; set; } = "";

        public string? BusinessKey { get; set; }

        public long OccurredAt { get; set; }

        public int Quantity { get; set; }

        public long? Amount { get; set; }

        public long Tax { get; set; }

        public long Shipping { get; set; }

        public long Refunded { get; set; }

        public string? Currency { get; set; }

        public string? LineItems { get; set; }

        public long? ProgramId { get; set; }

        public bool IsTest { get; set; }

        public CreditedConversion ToConversion(IReadOnlyList<CreditPart> credits) => new()
        {
            Id = Id,
            Kind = Enum.Parse<FactKind>(Kind, ignoreCase: true),
            Key = BusinessKey ?? LinkTracker.Aggregator.Conversions.BusinessKey.InPlaceOf(IsTest, Kind, "", Id),
            OccurredAtMs = OccurredAt,
            Quantity = Quantity,
            Amount = Amount ?? 0,
            Tax = Tax,
            Shipping = Shipping,
            Refunded = Refunded,
            Currency = Currency,
            LineItems = LineItems is null ? [] : JsonSerializer.Deserialize<IReadOnlyList<LineItem>>(LineItems, ApiJson.Options)!,
            ProgramId = ProgramId,
            Credits = credits,
        };
    }
}
