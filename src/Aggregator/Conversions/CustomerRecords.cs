using LinkTracker.Aggregator.Customers;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Value;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>Customers with all that was told of them, read and written by sets: a few statements for however many.</summary>
internal static class CustomerRecords
{
    private static readonly string[] Others = ["others"];

    /// <summary>Which customers have these names, as they stand in the database. What was told of them is not read.</summary>
    public static Lazy<IReadOnlyList<NamedCustomer>> Ask(Session session, IReadOnlyCollection<string> names) => names.Count == 0 ? new([]) : session.Ask<NamedCustomer>(
        $"""
        SELECT c.id, c.external_id, (SELECT COUNT(*) FROM conversions v WHERE v.customer_id = c.id) AS conversions
        FROM customers c WHERE {session.In("c.external_id", "names")}
        """,
        ("names", names.ToArray()));

    /// <summary>Those of these ids that there are.</summary>
    public static List<CustomerRecord> Load(Session session, IReadOnlyCollection<long> customers)
    {
        if (customers.Count == 0)
        {
            return [];
        }

        // :: 1  All of it is found by its customer, so that it is asked for together.
        long[] ids = [.. customers];
        var rows = Ask<CustomerRow>($"* FROM customers WHERE {session.In("id", "ids")}");
        var conversions = Ask<ConversionRow>(
            $"""
            id, kind, business_key, customer_id, event_name, occurred_at, is_test, named_program_id, lead_event_name, checkout_started_at, amount,
                   tax, shipping, discount, currency, line_items, quantity, link_id, partner_id, click_token, clicked_at, method, decision, program_id,
                   rule_version, refunded, rate_from, rate, rate_source, converted, credit_version,
                   CASE WHEN business_key IS NULL THEN request_hash ELSE '' END AS request_hash
            FROM conversions WHERE {session.In("customer_id", "ids")}
            """);
        var touches = Ask<TouchRow>($"* FROM touches WHERE {session.In("customer_id", "ids")}");
        var credits = Ask<CreditRow>($"* FROM credits WHERE {session.In("customer_id", "ids")}");
        var adjustments = Ask<AdjustmentRow>($"a.* FROM conversions v JOIN adjustments a ON a.conversion_id = v.id WHERE {session.In("v.customer_id", "ids")} AND v.kind = 'sale'");

        // :: 2
        var (evidence, shares) = (touches.Value.ToLookup(row => row.ConversionId), credits.Value.ToLookup(row => row.ConversionId));
        var records = conversions.Value.ToDictionary(
            row => row.Id,
            row => new ConversionRecord(row, [.. evidence[row.Id].OrderBy(touch => touch.Position)], [.. shares[row.Id].OrderBy(credit => credit.Position)], isNew: false));
        foreach (var adjustment in adjustments.Value)
        {
            records[adjustment.ConversionId!.Value].Adjustments.Add(new AdjustmentRecord(adjustment, isNew: false));
        }

        // :: 3
        var loaded = rows.Value.ToDictionary(row => row.Id, row => new CustomerRecord(row, isNew: false));
        foreach (var record in records.Values)
        {
            loaded[record.Row.CustomerId].Conversions.Add(record);
        }

        return [.. loaded.Values];

        Lazy<IReadOnlyList<T>> Ask<T>(string what) => session.Ask<T>("SELECT " + what, ("ids", ids));
    }

    public static void Save(Session session, IReadOnlyCollection<CustomerRecord> customers)
    {
        var conversions = customers.SelectMany(customer => customer.Conversions).ToList();
        var adjustments = conversions.SelectMany(conversion => conversion.Adjustments).ToList();

        // :: 1
        ConversionTables.Customers.Upsert(session, [.. customers.Where(customer => customer.IsChanged).Select(customer => customer.Row)]);

        // :: 2
        ConversionTables.Conversions.Insert(session, [.. conversions.Where(conversion => conversion.IsNew).Select(conversion => conversion.Row)]);
        ConversionTables.Derived.Update(session, [.. conversions.Where(conversion => conversion is { IsNew: false, IsChanged: true }).Select(conversion => conversion.Row)]);
        ConversionTables.OtherClicks.Update(session, [.. conversions.Where(conversion => conversion.HasOtherClick).Select(conversion => conversion.Row)]);
        ConversionTables.Touches.Insert(session, [.. conversions.Where(conversion => conversion.IsNew).SelectMany(conversion => conversion.Evidence)]);

        // :: 3
        long[] others = [.. conversions.Where(conversion => conversion is { IsNew: false, HasOtherCredits: true }).Select(conversion => conversion.Row.Id)];
        session.Later($"DELETE FROM credits WHERE {session.In("conversion_id", "others")}", Others, others.Length == 0 ? [] : [[others]]);

        ConversionTables.Credits.Insert(session, [.. conversions.Where(conversion => conversion.HasOtherCredits).SelectMany(conversion => conversion.Credits)]);

        CreditTotals.Follow(session, customers);

        // :: 4
        ConversionTables.Adjustments.Insert(session, [.. adjustments.Where(adjustment => adjustment.IsNew).Select(adjustment => adjustment.Row)]);
        ConversionTables.Applied.Update(session, [.. adjustments.Where(adjustment => adjustment is { IsNew: false, IsChanged: true }).Select(adjustment => adjustment.Row)]);
    }
}

/// <summary>A customer by its name as it stands in the database.</summary>
internal sealed class NamedCustomer
{
    public long Id { get; set; }

    public string ExternalId { get; set; } = "";

    /// <summary>How many were told.</summary>
    public long Conversions { get; set; }

    public bool IsFull => Conversions >= CustomerRecord.MostConversions;
}
