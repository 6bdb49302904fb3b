using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Programs;

/// <summary>Which group of a program each of some referrers was in at which time.</summary>
internal sealed class Memberships
{
    public const string DefaultGroup = "default";

    private readonly ILookup<(long Program, long Partner), MembershipRow> _rows;

    private Memberships(IEnumerable<MembershipRow> rows) => _rows = rows.ToLookup(row => (row.ProgramId, row.PartnerId));

    public static Memberships Load(Session session, IReadOnlyCollection<long> partners) => new(partners.Count == 0 ? [] : session.Query<MembershipRow>(
        $"SELECT program_id, partner_id, valid_from, group_name FROM memberships WHERE {session.In("partner_id", "partners")} ORDER BY valid_from",
        new { partners = partners.ToArray() }));

    /// <summary>The group's name; <see cref="DefaultGroup"/> for who is in none.</summary>
    public string GroupOf(long program, long partner, long atMs) =>
        _rows[(program, partner)].LastOrDefault(row => row.ValidFrom <= atMs)?.GroupName ?? DefaultGroup;

    private sealed class MembershipRow
    {
        public long ProgramId { get; set; }

        public long PartnerId { get; set; }

        public long ValidFrom { get; set; }

        public string GroupName { get; set; } = "";
    }
}
