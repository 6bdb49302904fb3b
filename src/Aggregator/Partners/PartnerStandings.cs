using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Partners;

/// <summary>How some partners stood at which time. What happens while one is stopped gives it no reward, also when it goes on later.</summary>
internal sealed class PartnerStandings
{
    private readonly ILookup<long, StandingRow> _rows;

    private PartnerStandings(IEnumerable<StandingRow> rows) => _rows = rows.ToLookup(row => row.PartnerId);

    public static Lazy<PartnerStandings> Ask(Session session, IReadOnlyCollection<long> partners)
    {
        var rows = partners.Count == 0 ? new([]) : session.Ask<StandingRow>(
            $"SELECT partner_id, valid_from, status FROM partner_standings WHERE {session.In("partner_id", "some")} ORDER BY valid_from", ("some", partners.ToArray()));
        return new(() => new PartnerStandings(rows.Value));
    }

    public bool IsStopped(long partner, long atMs) =>
        _rows[partner].LastOrDefault(row => row.ValidFrom <= atMs) is { Status: not PartnerStatus.Approved };

    private sealed class StandingRow
    {
        public long PartnerId { get; set; }

        public long ValidFrom { get; set; }

        public string Status { get; set; } = "";
    }
}
