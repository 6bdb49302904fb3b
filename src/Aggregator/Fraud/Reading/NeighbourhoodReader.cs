using LinkTracker.Aggregator.Fraud.Lists;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Fraud.Reading;

/// <summary>Reads what lies around suspects.</summary>
internal sealed class NeighbourhoodReader(FraudLists lists)
{
    private const long LongestMs = FraudRuleBook.MaxMinutes * 60_000L;

    public Neighbourhood Read(Session session, IReadOnlyList<Suspect> suspects, PartnerRates rates) => new()
    {
        Leads = LeadsAround(session, suspects)
            .GroupBy(lead => (lead.ProgramId, lead.PartnerId))
            .ToDictionary(group => group.Key, group => (IReadOnlyList<long>)[.. group.Select(lead => lead.OccurredAt).Order()]),
        Visitors = Sharers(session, "conversion_clicks", "visitor", suspects.SelectMany(suspect => suspect.Visitors)),
        Addresses = Sharers(session, "conversion_signals", "address_hash", suspects.Select(suspect => suspect.Address).OfType<DayHash>()),
        Rates = rates,
        CouponSites = lists.CouponSites.Value,
        DisposableDomains = lists.DisposableDomains.Value,
    };

    /// <summary>Conversions with rewards whose customers' leads happened near those of the suspects, by the same referrers.</summary>
    public static long[] ConversionsAround(Session session, IReadOnlyList<Suspect> suspects)
    {
        var near = LeadsAround(session, suspects).Select(lead => lead.CustomerId).Distinct();
        return [.. near.Chunk(1_000).SelectMany(customers => session.Query<long>(
            $"SELECT DISTINCT conversion_id FROM commissions WHERE {session.In("customer_id", "customers")} AND conversion_id IS NOT NULL", new { customers }))];
    }

    private static IReadOnlyList<LeadRow> LeadsAround(Session session, IReadOnlyList<Suspect> suspects) => session.Query<LeadRow>(
        $"""
        SELECT DISTINCT o.id, o.program_id, o.partner_id, o.occurred_at, o.customer_id
        FROM conversions b JOIN conversions o ON o.partner_id = b.partner_id AND o.kind = 'lead'
            AND o.occurred_at > b.occurred_at - @LongestMs AND o.occurred_at < b.occurred_at + @LongestMs
        WHERE {session.In("b.id", "leads")} AND o.program_id IS NOT NULL AND o.is_test = 0
        """,
        new { leads = suspects.Select(suspect => suspect.LeadId).OfType<long>().Distinct().ToArray(), LongestMs });

    // The customers behind each hash, and whose they are; nobody's have 0.
    private static ILookup<DayHash, Sharer> Sharers(Session session, string table, string column, IEnumerable<DayHash> hashes) => hashes
        .GroupBy(hash => hash.Day, hash => hash.Hash)
        .SelectMany(day => session.Query<SharerRow>(
            $"""
            SELECT DISTINCT s.day, s.{column} AS hash, COALESCE(r.partner_id, 0) AS partner_id, c.customer_id, u.email, u.external_id
            FROM {table} s JOIN conversions c ON c.id = s.conversion_id JOIN customers u ON u.id = c.customer_id
                LEFT JOIN credits r ON r.conversion_id = c.id
            WHERE s.day = @Key AND {session.In("s." + column, "hashes")} AND c.is_test = 0
            """,
            new { day.Key, hashes = day.Distinct().ToArray() }))
        .ToLookup(row => new DayHash(row.Day, row.Hash), row => new Sharer(row.PartnerId, new Person(row.CustomerId, MailAddress.Of(row.Email), row.ExternalId)));

    private sealed class LeadRow
    {
        public long Id { get; set; }

        public long ProgramId { get; set; }

        public long PartnerId { get; set; }

        public long OccurredAt { get; set; }

        public long CustomerId { get; set; }
    }

    private sealed class SharerRow
    {
        public long Day { get; set; }

        public long Hash { get; set; }

        public long PartnerId { get; set; }

        public long CustomerId { get; set; }

        public string? Email { get; set; }

        public string? ExternalId { get; set; }
    }
}
