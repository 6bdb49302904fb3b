using System.Text.Json;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Programs;

/// <summary>Programs in the database. Reading them all is cheap: they are read anew only after one changed.</summary>
internal sealed class ProgramStore(Installation installation, Settings settings, TimeProvider clock)
{
    /// <summary>The counter of changes to any program.</summary>
    public const string Version = "program_version";

    private volatile Known? _known;

    /// <summary>Makes the default program when there is none yet, and pins what older versions left to the setting.</summary>
    public void Open(Database database) => database.Write(session =>
    {
        if (session.First<long?>("SELECT id FROM programs WHERE id = @id", new { id = installation.DefaultProgram }) is null)
        {
            Insert(session, installation.DefaultProgram, "Default", settings.Currency, isTest: false, new ProgramRules());
        }

        PinStored(session);
        return 0;
    });

    /// <summary>As of this transaction.</summary>
    public ProgramSet Load(Session session)
    {
        var version = session.Counter(Version);
        if (_known is { } known && known.Version == version)
        {
            return known.Programs;
        }

        var programs = Read(session);
        _known = new Known(version, programs);
        return programs;
    }

    /// <summary>The program of an id on the wire.</summary>
    /// <exception cref="ApiError">404.</exception>
    public ReferralProgram Get(Session session, string? id) =>
        Find(session, id) ?? throw ApiError.NotFound($"There is no program {id}.");

    /// <summary>The program that a field names; the default one when it names none.</summary>
    /// <exception cref="ApiError">422.</exception>
    public ReferralProgram Named(Session session, string? id) => string.IsNullOrEmpty(id)
        ? Load(session).Default
        : Find(session, id) ?? throw ApiError.Unprocessable($"programId: there is no program {id}.");

    /// <summary>The program that stands for a partner where none was asked for, as on the wire: the default one if it is in it, else its first.</summary>
    public string IdOf(Session session, long partner) =>
        EntityId.Format(EntityId.Program, PartnerPrograms.Of(session, [partner], installation.DefaultProgram)[partner]);

    public void Rename(Session session, long id, string name)
    {
        session.Execute("UPDATE programs SET name = @name WHERE id = @id", new { id, name });
        SetUpdated(session, id);
    }

    public void Insert(Session session, long id, string name, string currency, bool isTest, ProgramRules rules)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        session.Execute(
            "INSERT INTO programs (id, name, currency, is_test, created_at, updated_at) VALUES (@id, @name, @currency, @isTest, @now, @now)",
            new { id, name, currency, isTest = isTest ? 1 : 0, now });
        AddVersion(session, id, new ProgramVersion(1, 0, rules));
    }

    public void AddVersion(Session session, long program, ProgramVersion version)
    {
        session.Execute(
            "INSERT INTO program_rules (program_id, version, valid_from, rules, created_at) VALUES (@program, @Number, @ValidFromMs, @rules, @now)",
            new
            {
                program,
                version.Number,
                version.ValidFromMs,
                rules = RulesText.Write(Pinned(version.Rules)),
                now = clock.GetUtcNow().ToUnixTimeMilliseconds(),
            });
        SetUpdated(session, program);
    }

    /// <summary>
    /// The rules with what the setting says now, where they leave it to that: whoever changes it later, or starts a second process with
    /// another, changes nothing that was decided.
    /// </summary>
    public ProgramRules Pinned(ProgramRules rules) => rules with { Attribution = rules.Attribution.Pinned(settings.AttributionWindow) };

    private void PinStored(Session session)
    {
        foreach (var row in Rows(session))
        {
            var rules = row.ToVersion().Rules;
            if (rules.Attribution.ClickDays is null)
            {
                session.Execute(
                    "UPDATE program_rules SET rules = @rules WHERE program_id = @ProgramId AND version = @Version",
                    new { row.ProgramId, row.Version, rules = RulesText.Write(Pinned(rules)) });
                session.Add(Version, 1);
            }
        }
    }

    private void SetUpdated(Session session, long id)
    {
        session.Execute("UPDATE programs SET updated_at = @now WHERE id = @id", new { id, now = clock.GetUtcNow().ToUnixTimeMilliseconds() });
        session.Add(Version, 1);
    }

    private ReferralProgram? Find(Session session, string? id) =>
        EntityId.TryParse(EntityId.Program, id, out var number) ? Load(session).ById.GetValueOrDefault(number) : null;

    /// <summary>As of this transaction, and not remembered: for the one that changes them, which may yet be undone.</summary>
    public ProgramSet Read(Session session)
    {
        var versions = Rows(session).ToLookup(row => row.ProgramId, row => row.ToVersion());
        var programs = session.Query<ProgramRow>("SELECT id, name, currency, is_test FROM programs")
            .ToDictionary(row => row.Id, row => new ReferralProgram(row.Id, row.Name, row.Currency, row.IsTest, [.. versions[row.Id]]));
        return new ProgramSet(programs[installation.DefaultProgram], programs);
    }

    private static IReadOnlyList<RulesRow> Rows(Session session) =>
        session.Query<RulesRow>("SELECT program_id, version, valid_from, rules FROM program_rules ORDER BY program_id, version");

    private sealed record Known(long Version, ProgramSet Programs);

    private sealed class ProgramRow
    {
        public long Id { get; set; }

        public string Name { get; set; } = "";

        public string Currency { get; set; } = "";

        public bool IsTest { get; set; }
    }

    private sealed class RulesRow
    {
        public long ProgramId { get; set; }

        public int Version { get; set; }

        public long ValidFrom { get; set; }

        public string Rules { get; set; } = "";

        public ProgramVersion ToVersion() => new(Version, ValidFrom, JsonSerializer.Deserialize<ProgramRules>(Rules, ApiJson.Options)!);
    }
}
