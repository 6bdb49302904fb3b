using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Contracts.Security;

namespace LinkTracker.Aggregator.Fraud.Reading;

/// <summary>Reads what the rules look at of some hundred conversions: a query for each kind of thing, not for each conversion.</summary>
internal sealed class SuspectReader(InstallationKeys keys)
{
    /// <summary>A suspect for each conversion and referrer who is credited for it. Conversions in test mode are nobody's money.</summary>
    public IReadOnlyList<Suspect> Read(Session session, long[] conversions)
    {
        var credits = Credits(session, conversions);
        var customers = credits.Select(credit => credit.CustomerId).Distinct().ToArray();
        var leads = Leads(session, customers);
        var strangers = Strangers(session, customers);
        var clicks = Clicks(session, conversions);
        var signals = Signals(session, conversions);
        return [.. credits.GroupBy(credit => (credit.ConversionId, credit.PartnerId)).Select(group =>
        {
            var credit = group.First();
            var own = group.Where(one => one.Method is "click" or "code").Select(AtMs).Max();
            var click = group.Where(one => one.Method == "click").Select(AtMs).Max();
            var lead = credit.Kind == "lead" ? null : leads[(credit.CustomerId, credit.PartnerId)].LastOrDefault(one => one.OccurredAt <= credit.OccurredAt);
            var signal = signals.GetValueOrDefault(credit.ConversionId);
            return new Suspect
            {
                ConversionId = credit.ConversionId,
                PartnerId = credit.PartnerId,
                ProgramId = credit.ProgramId,
                OccurredAtMs = credit.OccurredAt,
                Customer = new Person(credit.CustomerId, MailAddress.Of(credit.Email), credit.ExternalId),
                Partner = new Person(credit.PartnerId, MailAddress.Of(credit.PartnerEmail), credit.TenantId),
                DelayMs = credit.OccurredAt - click ?? (lead is { Method: "click" } ? lead.OccurredAt - AtMs(lead) : null),
                TouchedAtMs = own,
                IsTyped = group.All(one => one.Method == "code"),
                LedAtMs = credit.Kind == "lead" ? credit.OccurredAt : lead?.OccurredAt,
                KnownSinceMs = Earlier(credit.KnownSince, strangers.TryGetValue(credit.CustomerId, out var since) ? since : null),
                Visitors = [.. clicks[credit.ConversionId].Select(one => new DayHash(one.Day, one.Visitor)).Distinct()],
                Referrers = [.. clicks[credit.ConversionId].Select(one => one.Referrer).OfType<string>().Distinct()],
                Address = signal?.AddressHash is { } hash ? new DayHash(signal.Day, hash) : null,
                IsDatacentre = signal?.IsDatacentre,
            };
        })];
    }

    /// <summary>When the touch happened: a click's token tells, and a code is typed with its conversion.</summary>
    private long? AtMs(CreditRow credit) => credit.Method switch
    {
        "code" => credit.OccurredAt,
        "click" when ClickToken.TryParse(credit.ClickToken, out var token) && keys.TryVerify(token, out var identity) => identity.OccurredAtMs,
        _ => null,
    };

    private static long? Earlier(long? one, long? other) => one is null || other < one ? other ?? one : one;

    private static IReadOnlyList<CreditRow> Credits(Session session, long[] conversions) => session.Query<CreditRow>(
        $"""
        SELECT r.conversion_id, r.partner_id, r.method, r.click_token, c.program_id, c.kind, c.occurred_at, c.customer_id,
            u.email, u.external_id, u.known_since, p.email AS partner_email, p.tenant_id
        FROM credits r JOIN conversions c ON c.id = r.conversion_id JOIN customers u ON u.id = c.customer_id JOIN partners p ON p.id = r.partner_id
        WHERE {session.In("r.conversion_id", "conversions")} AND c.program_id IS NOT NULL AND c.is_test = 0
        ORDER BY r.conversion_id, r.position
        """,
        new { conversions });

    private static ILookup<(long Customer, long Partner), CreditRow> Leads(Session session, long[] customers) => session.Query<CreditRow>(
        $"""
        SELECT r.conversion_id, r.partner_id, r.method, r.click_token, c.occurred_at, c.customer_id
        FROM conversions c JOIN credits r ON r.conversion_id = c.id
        WHERE {session.In("c.customer_id", "customers")} AND c.kind = 'lead' AND r.partner_id IS NOT NULL AND c.is_test = 0
        ORDER BY c.occurred_at, c.business_key, r.position
        """,
        new { customers }).ToLookup(row => (row.CustomerId, row.PartnerId));

    // Who came by nobody once was there before any referrer.
    private static Dictionary<long, long?> Strangers(Session session, long[] customers) => session.Query<(long Customer, long Since)>(
        $"""
        SELECT customer_id, MIN(occurred_at) FROM conversions
        WHERE {session.In("customer_id", "customers")} AND kind IN ('lead', 'sale') AND link_id IS NULL AND is_test = 0 GROUP BY customer_id
        """,
        new { customers }).ToDictionary(row => row.Customer, row => (long?)row.Since);

    private static ILookup<long, ClickRow> Clicks(Session session, long[] conversions) => session.Query<ClickRow>(
        $"SELECT conversion_id, click_token, day, visitor, referrer FROM conversion_clicks WHERE {session.In("conversion_id", "conversions")} ORDER BY click_token",
        new { conversions }).ToLookup(row => row.ConversionId);

    private static Dictionary<long, AddressRow> Signals(Session session, long[] conversions) => session.Query<AddressRow>(
        $"SELECT conversion_id, day, address_hash, is_datacentre FROM conversion_signals WHERE {session.In("conversion_id", "conversions")}",
        new { conversions }).ToDictionary(row => row.ConversionId);

    private sealed class CreditRow
    {
        public long ConversionId { get; set; }

        public long PartnerId { get; set; }

        public string Method { get; set; } = "";

        public string? ClickToken { get; set; }

        public long ProgramId { get; set; }

        public string Kind { get; set; } = "";

        public long OccurredAt { get; set; }

        public long CustomerId { get; set; }

        public string? Email { get; set; }

        public string? ExternalId { get; set; }

        public long? KnownSince { get; set; }

        public string? PartnerEmail { get; set; }

        public string? TenantId { get; set; }
    }

    private sealed class AddressRow
    {
        public long ConversionId { get; set; }

        public long Day { get; set; }

        public long? AddressHash { get; set; }

        public bool? IsDatacentre { get; set; }
    }
}
