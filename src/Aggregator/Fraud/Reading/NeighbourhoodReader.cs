using LinkTracker.Aggregator.Fraud.Lists;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Fraud.Reading;

/// <summary>Reads what lies around suspects.</summary>
internal sealed class NeighbourhoodReader(FraudLists lists)
{
    /// <param name="minutesOf">In which the rule <c>velocity</c> of the suspect's time counts; 0: it does not.</param>
    public Neighbourhood Read(Session session, IReadOnlyList<Suspect> suspects, PartnerRates rates, Func<Suspect, int> minutesOf) => new()
    {
        Leads = LeadReader.Around(session, suspects, minutesOf)
            .GroupBy(lead => (lead.ProgramId, lead.PartnerId))
            .ToDictionary(group => group.Key, group => (IReadOnlyList<long>)[.. group.Select(lead => lead.OccurredAt).Order()]),
        Visitors = Sharers(session, "conversion_clicks", "visitor", suspects.SelectMany(suspect => suspect.Visitors)),
        Addresses = Sharers(session, "conversion_signals", "address_hash", suspects.Select(suspect => suspect.Address).OfType<DayHash>()),
        Rates = rates,
        CouponSites = lists.CouponSites.Value,
        DisposableDomains = lists.DisposableDomains.Value,
    };

    /// <summary>
    /// Conversions with rewards whose customers' leads happened within the rule's minutes of those of the suspects, by the same referrers,
    /// and of which the rule has not said yet what it says.
    /// </summary>
    public static long[] ConversionsAround(Session session, IReadOnlyList<Suspect> suspects, Func<Suspect, int> minutesOf)
    {
        var near = LeadReader.Around(session, suspects, minutesOf).Select(lead => lead.CustomerId).Distinct();
        return [.. near.Chunk(1_000).SelectMany(customers => session.Query<long>(
            $"""
            SELECT DISTINCT m.conversion_id FROM commissions m WHERE {session.In("m.customer_id", "customers")} AND m.conversion_id IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM fraud_items i WHERE i.conversion_id = m.conversion_id AND i.partner_id = m.partner_id AND i.rule = 'velocity')
            """,
            new { customers }))];
    }

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
