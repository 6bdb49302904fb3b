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

    /// <summary>Makes the default program when there is none yet.</summary>
    public void Open(Database database) => database.Write(session =>
    {
        if (session.First<long?>("SELECT id FROM programs WHERE id = @id", new { id = installation.DefaultProgram }) is null)
        {
            Insert(session, installation.DefaultProgram, "Default", settings.Currency, isTest: false, new ProgramRules());
        }

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
                rules = JsonSerializer.Serialize(version.Rules, ApiJson.Options),
                now = clock.GetUtcNow().ToUnixTimeMilliseconds(),
            });
        session.Add(Version, 1);
    }

    private ProgramSet Read(Session session)
    {
        var versions = session.Query<RulesRow>("SELECT program_id, version, valid_from, rules FROM program_rules ORDER BY program_id, version")
            .ToLookup(row => row.ProgramId, row => row.ToVersion());
        var programs = session.Query<ProgramRow>("SELECT id, name, currency, is_test FROM programs")
            .ToDictionary(row => row.Id, row => new ReferralProgram(row.Id, row.Name, row.Currency, row.IsTest, [.. versions[row.Id]]));
        return new ProgramSet(programs[installation.DefaultProgram], programs);
    }

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
