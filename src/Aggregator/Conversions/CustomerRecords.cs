using LinkTracker.Aggregator.Customers;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Value;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>Customers with all that was told of them, read and written by sets: a few statements for however many.</summary>
internal static class CustomerRecords
{
    /// <summary>Which of the customers, as they stand in the database, have as many conversions as one may have. None is read.</summary>
    public static IReadOnlySet<string> Full(Session session, IEnumerable<string> customers)
    {
        string[] names = [.. customers];
        return names.Length == 0 ? new HashSet<string>() : session.Query<string>(
            $"""
            SELECT c.external_id FROM customers c JOIN conversions v ON v.customer_id = c.id
            WHERE {session.In("c.external_id", "names")} GROUP BY c.external_id HAVING COUNT(*) >= {CustomerRecord.MostConversions}
            """,
            new { names }).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Of those that the condition on <c>customers</c> chooses.</summary>
    public static List<CustomerRecord> Load(Session session, string condition, object arguments)
    {
        // :: 1
        var customers = session.Query<CustomerRow>($"SELECT * FROM customers WHERE {condition}", arguments).ToDictionary(row => row.Id, row => new CustomerRecord(row, isNew: false));
        if (customers.Count == 0)
        {
            return [];
        }

        // :: 2
        long[] ids = [.. customers.Keys];
        var conversions = session.Query<ConversionRow>(
            $"""
            SELECT id, kind, business_key, customer_id, event_name, occurred_at, is_test, named_program_id, lead_event_name, checkout_started_at, amount,
                   tax, shipping, discount, currency, line_items, quantity, link_id, partner_id, click_token, clicked_at, method, decision, program_id,
                   rule_version, refunded, rate_from, rate, rate_source, converted, credit_version,
                   CASE WHEN business_key IS NULL THEN request_hash ELSE '' END AS request_hash
            FROM conversions WHERE {session.In("customer_id", "ids")}
            """,
            new { ids });
        var touches = Rows<TouchRow>("touches", "customer_id").ToLookup(row => row.ConversionId);
        var credits = Rows<CreditRow>("credits", "customer_id").ToLookup(row => row.ConversionId);

        // :: 3
        var records = conversions.ToDictionary(
            row => row.Id,
            row => new ConversionRecord(row, [.. touches[row.Id].OrderBy(touch => touch.Position)], [.. credits[row.Id].OrderBy(credit => credit.Position)], isNew: false));
        ids = [.. records.Values.Where(record => record.Row.Kind == "sale").Select(record => record.Row.Id)];
        foreach (var adjustment in ids.Length == 0 ? [] : Rows<AdjustmentRow>("adjustments", "conversion_id"))
        {
            records[adjustment.ConversionId!.Value].Adjustments.Add(new AdjustmentRecord(adjustment, isNew: false));
        }

        foreach (var record in records.Values)
        {
            customers[record.Row.CustomerId].Conversions.Add(record);
        }

        return [.. customers.Values];

        IReadOnlyList<T> Rows<T>(string table, string column) => session.Query<T>($"SELECT * FROM {table} WHERE {session.In(column, "ids")}", new { ids });
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
        if (others.Length > 0)
        {
            session.Execute($"DELETE FROM credits WHERE {session.In("conversion_id", "others")}", new { others });
        }

        ConversionTables.Credits.Insert(session, [.. conversions.Where(conversion => conversion.HasOtherCredits).SelectMany(conversion => conversion.Credits)]);

        CreditTotals.Follow(session, customers);

        // :: 4
        ConversionTables.Adjustments.Insert(session, [.. adjustments.Where(adjustment => adjustment.IsNew).Select(adjustment => adjustment.Row)]);
        ConversionTables.Applied.Update(session, [.. adjustments.Where(adjustment => adjustment is { IsNew: false, IsChanged: true }).Select(adjustment => adjustment.Row)]);
    }
}
