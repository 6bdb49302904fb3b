using System.Text.Json;
using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Programs;

/// <summary>
/// What conditions may ask of customers: the attributes that the shop gave them, and <c>tenureDays</c>, <c>sales</c>, <c>saleAmount</c> and
/// <c>daysSinceLastSale</c> from the store, unless the shop gave those as well.
/// </summary>
internal sealed class CustomerTraits(Settings settings)
{
    private const double DayMs = 24 * 3_600 * 1_000;

    /// <summary>Customers in the order of their ids, which is that of their coming.</summary>
    /// <param name="where">On <c>c</c>, with its arguments.</param>
    public IReadOnlyList<TraitsOfCustomer> Read(Session session, string where, object arguments, long nowMs)
    {
        var rows = session.Query<CustomerRead>(
            $"SELECT c.id, c.external_id, c.name, c.is_test, c.attributes, COALESCE(c.known_since, c.created_at) AS since FROM customers c WHERE {where} ORDER BY c.id", arguments);
        var sales = SalesOf(session, [.. rows.Select(row => row.Id)]);
        return [.. rows.Select(row => new TraitsOfCustomer(row.Id, row.ShownId, row.Name, AttributesOf(row, sales.GetValueOrDefault(row.Id), nowMs)))];
    }

    private Dictionary<long, Sales> SalesOf(Session session, long[] customers) => customers.Length == 0 ? [] : session.Query<Sales>(
        $"""
        SELECT customer_id, COUNT(*) AS count, SUM(CASE WHEN currency = @Currency THEN amount - refunded ELSE 0 END) AS amount, MAX(occurred_at) AS last_at
        FROM conversions WHERE {session.In("customer_id", "customers")} AND kind = 'sale' GROUP BY customer_id
        """,
        new { customers, settings.Currency }).ToDictionary(row => row.CustomerId);

    private static Dictionary<string, JsonElement> AttributesOf(CustomerRead row, Sales? sales, long nowMs)
    {
        var attributes = new Dictionary<string, JsonElement>(StringComparer.Ordinal)
        {
            ["tenureDays"] = Days(row.Since, nowMs),
            ["sales"] = Number(sales?.Count ?? 0),
            ["saleAmount"] = Number(sales?.Amount ?? 0),
        };
        if (sales is not null)
        {
            attributes["daysSinceLastSale"] = Days(sales.LastAt, nowMs);
        }

        if (row.Attributes is not null)
        {
            foreach (var (name, value) in JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(row.Attributes)!)
            {
                attributes[name] = value;
            }
        }

        return attributes;
    }

    private static JsonElement Days(long sinceMs, long nowMs) => Number((long)Math.Floor((nowMs - sinceMs) / DayMs));

    private static JsonElement Number(long value) => JsonSerializer.SerializeToElement(value);

    private sealed class CustomerRead
    {
        public long Id { get; set; }

        public string ExternalId { get; set; } = "";

        public string? Name { get; set; }

        public bool IsTest { get; set; }

        public string? Attributes { get; set; }

        public long Since { get; set; }

        /// <summary>As the shop named it: of test customers a prefix is kept with it.</summary>
        public string ShownId => IsTest ? ExternalId[CustomerRecord.TestPrefix.Length..] : ExternalId;
    }

    private sealed class Sales
    {
        public long CustomerId { get; set; }

        public long Count { get; set; }

        public long Amount { get; set; }

        public long LastAt { get; set; }
    }
}

/// <param name="ExternalId">The shop's own id.</param>
internal sealed record TraitsOfCustomer(long Id, string ExternalId, string? Name, IReadOnlyDictionary<string, JsonElement> Attributes);
