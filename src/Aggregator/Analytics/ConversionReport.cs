using Dapper;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Counting.UserAgents;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Analytics;

/// <summary>Sums leads and sales that are credited to links. Amounts are all that was paid, whatever went back later.</summary>
internal static class ConversionReport
{
    // Every day of every zone begins at a quarter of an hour.
    private const long QuarterMs = UtcBuckets.HourMs / 4;

    private const string Groups = "kind, link_id, credited_partner, quarter, currency, country, device, browser, os, referer, channel, click_trigger";

    public static void Fill(FigureGroups groups, Grouping grouping, Session session, LinkScope scope, ClickFilters filters, long fromMs, long toMs, ZonedBuckets? buckets)
    {
        foreach (var row in Read(session, grouping, scope, filters, fromMs, toMs).Where(row => Allow(filters, row)))
        {
            var figures = grouping.Kind switch
            {
                GroupKind.Time => groups[buckets!.BucketOf(row.Quarter * QuarterMs)],
                GroupKind.Link when grouping.IsPartner => EntityId.Format(EntityId.Partner, row.CreditedPartner) is { } partner ? groups[partner] : null,
                GroupKind.Link => groups[row.LinkId],
                GroupKind.Value => ValueOf(grouping, row) is { } group ? groups[group] : null,
                _ => groups[""],
            };
            if (row.Kind == "lead")
            {
                figures?.AddLeads(row.Quantity);
            }
            else
            {
                figures?.AddSales(row.Rows, row.Currency, row.Amount);
            }
        }
    }

    // Each touch that has a part of a conversion is a row, with its part of the money.
    private const string Credited =
        """
        (SELECT v.id, v.kind, v.program_id, c.link_id, c.partner_id, v.occurred_at, v.currency, v.country, v.device, v.browser, v.os, v.referer, v.channel, v."trigger", v.quantity, c.amount
         FROM credits c JOIN conversions v ON v.id = c.conversion_id WHERE v.kind IN ('lead', 'sale') AND v.is_test = 0) AS credited
        """;

    /// <summary>The first conversion of the links, in Unix milliseconds; null when there is none.</summary>
    public static long? First(Session session, LinkScope scope)
    {
        var (lead, sale) = (FirstOf(session, scope, "lead"), FirstOf(session, scope, "sale"));
        return lead < sale ? lead : sale ?? lead;
    }

    // Of one kind the index has them in order, and the first is all that is read.
    private static long? FirstOf(Session session, LinkScope scope, string kind)
    {
        var arguments = scope.Arguments;
        arguments.Add("kind", kind);
        return session.First<long?>($"SELECT occurred_at FROM {Credited} WHERE kind = @kind{scope.OnConversions} ORDER BY occurred_at LIMIT 1", arguments);
    }

    // A conversion of several touches is one in each group, with what those of the group have of it.
    private static IReadOnlyList<ConversionSum> Read(Session session, Grouping grouping, LinkScope scope, ClickFilters filters, long fromMs, long toMs)
    {
        // Only what is asked for is grouped by; the rest is one group.
        var wanted = filters.Dimensions.ToHashSet();
        wanted.Add(grouping.Dimension);
        string Column(Dimension dimension, string name) => wanted.Contains(dimension) ? name : "NULL";
        var columns = string.Join(", ",
        [
            "kind",
            (grouping.Kind == GroupKind.Link && !grouping.IsPartner ? "link_id" : "0") + " AS link_id",
            (grouping.IsPartner ? "partner_id" : "NULL") + " AS credited_partner",
            (grouping.Kind == GroupKind.Time ? $"occurred_at / {QuarterMs}" : "0") + " AS quarter",
            "COALESCE(currency, '') AS currency",
            Column(Dimension.Country, "country") + " AS country",
            Column(Dimension.Device, "device") + " AS device",
            Column(Dimension.Browser, "browser") + " AS browser",
            Column(Dimension.Os, "os") + " AS os",
            Column(Dimension.Referrer, "referer") + " AS referer",
            Column(Dimension.Channel, "channel") + " AS channel",
            Column(Dimension.Trigger, "\"trigger\"") + " AS click_trigger",
        ]);
        var arguments = scope.Arguments;
        arguments.Add("from", fromMs);
        arguments.Add("to", toMs);
        return session.Query<ConversionSum>(
            $"""
            SELECT {Groups}, COUNT(*) AS rows, SUM(quantity) AS quantity, SUM(amount) AS amount
            FROM (SELECT {Groups}, id, quantity, SUM(amount) AS amount
                  FROM (SELECT {columns}, id, quantity, amount FROM {Credited} WHERE occurred_at >= @from AND occurred_at < @to{scope.OnConversions}) AS asked
                  GROUP BY {Groups}, id, quantity) AS once
            GROUP BY {Groups}
            """,
            arguments);
    }

    private static bool Allow(ClickFilters filters, ConversionSum row) =>
        filters.Dimensions.All(dimension => filters.Allow(dimension, row[dimension]));

    private static string? ValueOf(Grouping grouping, ConversionSum row) =>
        grouping.ValueOf is { } read ? read(row[grouping.Dimension]) : row[grouping.Dimension];

    private sealed class ConversionSum
    {
        public string Kind { get; set; } = "";

        public long LinkId { get; set; }

        public long? CreditedPartner { get; set; }

        public long Quarter { get; set; }

        public string Currency { get; set; } = "";

        public string? Country { get; set; }

        public string? Device { get; set; }

        public string? Browser { get; set; }

        public string? Os { get; set; }

        public string? Referer { get; set; }

        public string? Channel { get; set; }

        public string? ClickTrigger { get; set; }

        public long Rows { get; set; }

        public long Quantity { get; set; }

        public long Amount { get; set; }

        public string this[Dimension dimension] => dimension switch
        {
            Dimension.Country => Country,
            Dimension.Device => Device,
            Dimension.Browser => Browser,
            Dimension.Os => Os,
            Dimension.Referrer => Referer,
            Dimension.Channel => Channel,
            // The contract has no unknown trigger, and a conversion without a known click came by a link or its code.
            Dimension.Trigger => ClickTrigger ?? "link",
            _ => "",
        } ?? AgentTraits.Unknown;
    }
}
