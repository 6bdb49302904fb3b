using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Attribution;

/// <summary>The rules of all programs, asked for what one touch or fact needs.</summary>
internal sealed class RuleBook(ProgramSet programs)
{
    /// <summary>Kinds of evidence as <see cref="AttributionRules.Precedence"/> names them, the strongest first: what decides which program it is.</summary>
    public static readonly IReadOnlyList<string> DefaultPrecedence = new AttributionRules().Precedence;

    /// <summary>An inherited credit is of one kind, whatever it was inherited from.</summary>
    public static string KindOf(Method method) => method switch
    {
        Method.Code => "code",
        Method.Click => "click",
        Method.Lead or Method.Customer => "lead",
        Method.Contact => "contact",
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, null),
    };

    /// <summary>The program that the touch is judged by.</summary>
    public long ProgramOf(Touch touch) => touch.ProgramId ?? programs.Default.Id;

    /// <param name="programId">Null: the default program.</param>
    public ProgramVersion Version(long? programId, long atMs) => programs.Of(programId).At(atMs);

    /// <summary>Milliseconds from its beginning until just before whose end the evidence counts; null: for ever.</summary>
    public static long? WindowOf(Method method, AttributionRules rules) => method switch
    {
        Method.Click => rules.ClickDays!.Value * UtcBuckets.DayMs,
        Method.Lead or Method.Customer => rules.LeadDays * UtcBuckets.DayMs,
        Method.Contact => rules.ContactDays * UtcBuckets.DayMs,
        _ => null,
    };
}
