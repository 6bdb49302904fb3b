using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Programs;

/// <summary>
/// In which programs partners are: those where they have a membership or a live link. Who has neither is in the default program.
/// </summary>
internal static class PartnerPrograms
{
    /// <summary>The condition that a partner <c>p</c> is in <c>@program</c>; <c>@defaultProgram</c> is the default one.</summary>
    public const string IsIn =
        """
        (EXISTS (SELECT 1 FROM memberships m WHERE m.partner_id = p.id AND m.program_id = @program)
         OR EXISTS (SELECT 1 FROM links l WHERE l.partner_id = p.id AND l.deleted_at IS NULL AND COALESCE(l.program_id, @defaultProgram) = @program)
         OR (@program = @defaultProgram
             AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.partner_id = p.id)
             AND NOT EXISTS (SELECT 1 FROM links l WHERE l.partner_id = p.id AND l.deleted_at IS NULL)))
        """;

    /// <summary>The one program that stands for each partner where no program was asked for: the default one if it is in it, else its first.</summary>
    public static IReadOnlyDictionary<long, long> Of(Session session, long[] partners, long defaultProgram)
    {
        var programs = session.Query<(long Partner, long Program)>(
            $"""
            SELECT partner_id, program_id FROM memberships WHERE {session.In("partner_id", "partners")}
            UNION SELECT partner_id, COALESCE(program_id, @defaultProgram) FROM links WHERE {session.In("partner_id", "partners")} AND deleted_at IS NULL
            """,
            new { partners, defaultProgram }).ToLookup(row => row.Partner, row => row.Program);
        return partners.ToDictionary(
            partner => partner, partner => programs[partner].Contains(defaultProgram) ? defaultProgram : programs[partner].DefaultIfEmpty(defaultProgram).Min());
    }

    /// <summary>The program of a partner's new link that names none: its only membership; null for the default program.</summary>
    public static long? OfNewLink(Session session, long partner, long defaultProgram) =>
        session.Query<long>("SELECT DISTINCT program_id FROM memberships WHERE partner_id = @partner LIMIT 2", new { partner }) is [var only] && only != defaultProgram ? only : null;
}
