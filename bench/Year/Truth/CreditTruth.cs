using System.Numerics;
using LinkTracker.Year.Plan;

namespace LinkTracker.Year.Truth;

/// <summary>What a link has of a conversion: its weight by the sum of all.</summary>
internal sealed record Part(SharedLink Link, BigInteger Weight);

/// <summary>A lead or a sale with the links that are credited for it, the oldest touch first; none: it is nobody's.</summary>
internal sealed record Credited(Told Told, IReadOnlyList<Part> Parts)
{
    public ProgramTerms Program => Parts[0].Link.Program;
}

/// <summary>
/// Who is credited for what a customer did, by the rules as the operator's documents tell them. The customers of a year stay in
/// one program each, and no two of their touches fall into the same millisecond.
/// </summary>
internal static class CreditTruth
{
    /// <returns>Leads and sales in the order in which they happened.</returns>
    public static List<Credited> Of(IReadOnlyList<Told> life)
    {
        var facts = life.Where(told => told.Kind is ToldKind.Lead or ToldKind.Sale).OrderBy(told => told.AtMs).ToList();
        var credited = new List<Credited>();
        var clicks = new List<Click>();
        foreach (var fact in facts)
        {
            clicks.AddRange(fact.Clicks);
            credited.Add(new Credited(fact, Decide(fact, clicks, BindOf(credited))));
        }

        return [.. credited.Select(one => one.Parts.Count > 0 ? one : one with { Parts = Later(one, credited) })];
    }

    // The newest credited lead, else what the customer was first credited for.
    private static Credited? BindOf(List<Credited> before) =>
        before.FindLast(one => one.Parts.Count > 0 && one.Told.Kind is ToldKind.Lead) ?? before.Find(one => one.Parts.Count > 0);

    private static IReadOnlyList<Part> Decide(Told fact, List<Click> told, Credited? bind)
    {
        var program = ProgramOf(fact, told, bind);
        if (program is null)
        {
            return [];
        }

        var isBound = bind is not null && !program.ExistingCustomers;
        var clicks = told.Where(click => Counts(click, fact.AtMs, program)).OrderBy(click => click.AtMs).ToList();
        var hasNewClick = fact.Clicks.Any(clicks.Contains);
        return program.Precedence.Select(PartsOf).FirstOrDefault(parts => parts is not null) ?? [];

        IReadOnlyList<Part>? PartsOf(string kind) => kind switch
        {
            "code" when fact.Code is { } code && !isBound => [new Part(code, 1)],
            "click" when clicks.Count > 0 && !isBound && (hasNewClick || bind is null) => Shared(clicks, program),
            "lead" => bind?.Parts,
            _ => null,
        };
    }

    private static ProgramTerms? ProgramOf(Told fact, List<Click> told, Credited? bind) =>
        (fact.Code ?? told.LastOrDefault()?.Link ?? bind?.Parts[0].Link)?.Program;

    private static bool Counts(Click click, long atMs, ProgramTerms program) =>
        click.AtMs <= atMs && atMs - click.AtMs < program.ClickDays * Dice.DayMs;

    private static List<Part> Shared(List<Click> clicks, ProgramTerms program)
    {
        var weights = clicks.Select((click, i) => program.Model switch
        {
            "last" => i == clicks.Count - 1 ? 1 : 0,
            "linear" => 1,
            "position" => Position(i, clicks.Count, program),
            "time_decay" => Exact.Decayed(clicks[^1].AtMs - click.AtMs, program.HalfLifeDays * Dice.DayMs),
            _ => throw new InvalidOperationException($"there is no model {program.Model}"),
        });
        return [.. clicks.Zip(weights, (click, weight) => new Part(click.Link, weight)).Where(part => part.Weight > 0)];
    }

    private static BigInteger Position(int index, int count, ProgramTerms program)
    {
        var between = 100 - program.FirstPercent - program.LastPercent;
        return (index, count) switch
        {
            (_, 1) => 1,
            (0, 2) => program.FirstPercent,
            (1, 2) => program.LastPercent,
            (0, _) => program.FirstPercent * (count - 2),
            _ when index == count - 1 => program.LastPercent * (count - 2),
            _ => between,
        };
    }

    // What is nobody's waits for the lead that credits its customer, or else for whatever else does first.
    private static IReadOnlyList<Part> Later(Credited one, List<Credited> all)
    {
        var later = all
            .Where(other => other.Parts.Count > 0 && other.Told.AtMs > one.Told.AtMs
                && other.Told.AtMs - one.Told.AtMs < other.Program.PendingDays * Dice.DayMs)
            .OrderBy(other => other.Told.AtMs).ToList();
        return (later.Find(other => other.Told.Kind is ToldKind.Lead) ?? later.FirstOrDefault())?.Parts ?? [];
    }
}
