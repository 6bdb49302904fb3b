using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Programs;

/// <summary>Which group of a program each of some referrers was in at which time.</summary>
internal sealed class Memberships
{
    public const string DefaultGroup = "default";

    private readonly ILookup<(long Program, long Partner), MembershipRow> _rows;

    private Memberships(IEnumerable<MembershipRow> rows) => _rows = rows.ToLookup(row => (row.ProgramId, row.PartnerId));

    public static Memberships Load(Session session, IReadOnlyCollection<long> partners) => Ask(session, partners).Value;

    /// <summary>The same, with what else is asked.</summary>
    public static Lazy<Memberships> Ask(Session session, IReadOnlyCollection<long> partners)
    {
        var rows = partners.Count == 0 ? new([]) : session.Ask<MembershipRow>(
            $"SELECT program_id, partner_id, valid_from, group_name FROM memberships WHERE {session.In("partner_id", "partners")} ORDER BY valid_from",
            ("partners", partners.ToArray()));
        return new(() => new Memberships(rows.Value));
    }

    /// <summary>The group's name; <see cref="DefaultGroup"/> for who is in none.</summary>
    public string GroupOf(long program, long partner, long atMs) =>
        _rows[(program, partner)].LastOrDefault(row => row.ValidFrom <= atMs)?.GroupName ?? DefaultGroup;

    /// <summary>Puts the partner into a group from then on, until the next change that is planned already.</summary>
    /// <exception cref="Api.ApiError">422 when the rules of then have no such group.</exception>
    public static void Set(Session session, ReferralProgram program, long partner, long fromMs, string group)
    {
        if (group != DefaultGroup && !program.At(fromMs).Rules.Groups.Any(known => known.Name == group))
        {
            throw Api.ApiError.Unprocessable($"group: the rules of this program that hold then have no group {group}.");
        }

        var arguments = new { program = program.Id, partner, fromMs, group };
        var before = session.First<string>(
            "SELECT group_name FROM memberships WHERE program_id = @program AND partner_id = @partner AND valid_from <= @fromMs ORDER BY valid_from DESC LIMIT 1", arguments);
        if (before != group)
        {
            session.Execute(
                """
                INSERT INTO memberships (program_id, partner_id, valid_from, group_name) VALUES (@program, @partner, @fromMs, @group)
                ON CONFLICT (program_id, partner_id, valid_from) DO UPDATE SET group_name = @group
                """,
                arguments);
        }
    }

    private sealed class MembershipRow
    {
        public long ProgramId { get; set; }

        public long PartnerId { get; set; }

        public long ValidFrom { get; set; }

        public string GroupName { get; set; } = "";
    }
}
