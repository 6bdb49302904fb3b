using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Programs;

/// <summary>Turns programs into what clients see.</summary>
internal sealed class ProgramPresenter(ProgramStore programs, Installation installation, TimeProvider clock)
{
    public IReadOnlyList<ProgramResponse> List(Session session, Page page)
    {
        var known = programs.Load(session).ById;
        var rows = session.Query<Times>($"SELECT id, created_at, updated_at FROM programs WHERE 1 = 1{page.Order("id")}", page);
        return [.. rows.Select(row => Present(known[row.Id], row))];
    }

    /// <param name="asOfMs">Whose rules are shown; those of now, when left out.</param>
    public ProgramResponse Present(Session session, ReferralProgram program, long? asOfMs = null) =>
        Present(program, session.First<Times>("SELECT id, created_at, updated_at FROM programs WHERE id = @Id", new { program.Id })!, asOfMs);

    /// <summary>The newest first.</summary>
    public static IReadOnlyList<ProgramVersionResponse> Versions(Session session, ReferralProgram program, Page page)
    {
        var known = program.Versions.ToDictionary(version => version.Number);
        var rows = session.Query<(int Version, long CreatedAt)>(
            "SELECT version, created_at FROM program_rules WHERE program_id = @Id ORDER BY version DESC LIMIT @Limit OFFSET @Offset", new { program.Id, page.Limit, page.Offset });
        return [.. rows.Select(row => new ProgramVersionResponse(row.Version, FromOf(known[row.Version]), known[row.Version].Rules, Fields.Time(row.CreatedAt)))];
    }

    private ProgramResponse Present(ReferralProgram program, Times times, long? asOfMs = null)
    {
        var current = program.At(asOfMs ?? clock.GetUtcNow().ToUnixTimeMilliseconds());
        var newest = program.Versions[^1];
        return new ProgramResponse
        {
            Id = EntityId.Format(EntityId.Program, program.Id),
            Name = program.Name,
            Currency = program.Currency,
            IsTest = program.IsTest,
            IsDefault = program.Id == installation.DefaultProgram,
            Version = current.Number,
            ValidFrom = FromOf(current),
            Rules = current.Rules,
            Planned = newest.Number == current.Number ? null : new PlannedVersion(newest.Number, Fields.Time(newest.ValidFromMs)),
            CreatedAt = Fields.Time(times.CreatedAt),
            UpdatedAt = Fields.Time(times.UpdatedAt),
        };
    }

    private static string? FromOf(ProgramVersion version) => version.Number == 1 ? null : Fields.Time(version.ValidFromMs);

    private sealed class Times
    {
        public long Id { get; set; }

        public long CreatedAt { get; set; }

        public long UpdatedAt { get; set; }
    }
}
