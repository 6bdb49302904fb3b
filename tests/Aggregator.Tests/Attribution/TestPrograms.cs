using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Tests.Attribution;

/// <summary>Programs and facts for tests of attribution. Program 1 is the default one.</summary>
internal static class TestPrograms
{
    public const long Day = 86_400_000;

    /// <summary>The time around which tests happen.</summary>
    public const long Now = 10_000 * Day;

    private static readonly TimeSpan Window = TimeSpan.FromDays(90);

    public static ProgramSet Of(params AttributionRules[] rules) => Of([.. rules.Select(one => new[] { (0L, one) })]);

    /// <param name="versions">Of each program: since when which rules hold.</param>
    public static ProgramSet Of(IReadOnlyList<IReadOnlyList<(long From, AttributionRules Rules)>> versions)
    {
        var programs = versions.Select((all, i) => new ReferralProgram(
            i + 1, "program " + (i + 1), "eur", false,
            [.. all.Select((version, n) => new ProgramVersion(n + 1, version.From, new ProgramRules { Attribution = version.Rules.Pinned(Window) }))])).ToDictionary(program => program.Id);
        return new ProgramSet(programs[1], programs);
    }

    public static Touch Click(long link, long atMs, long? program = null) => new(Method.Click, link, link * 10, "t" + link, atMs, null, program);

    public static Touch Code(long link, long atMs, long? program = null) => new(Method.Code, link, link * 10, null, atMs, null, program);

    public static Touch Contact(long link, long atMs, long? program = null) => new(Method.Contact, link, link * 10, null, atMs, null, program ?? 1);

    public static Fact Fact(FactKind kind, string key, long atMs, params Touch[] evidence) =>
        new() { Id = string.GetHashCode(key, StringComparison.Ordinal), Kind = kind, Key = key, OccurredAtMs = atMs, EventName = key, Evidence = evidence };

    public static IReadOnlyList<Decision> Decide(ProgramSet programs, params Fact[] facts) =>
        Attributor.Decide(new CustomerHistory(null, facts, []), programs);
}
