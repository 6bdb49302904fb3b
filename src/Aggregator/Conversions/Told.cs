using LinkTracker.Aggregator.Attribution;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>A lead, sale or event as it is understood, before anything is kept of it.</summary>
/// <param name="Answered">The first answer, when it was told before: then the rest says nothing.</param>
/// <param name="Key">The business key; null when it has none.</param>
/// <param name="AtMs">When it happened, Unix milliseconds.</param>
internal sealed record Told(string? Answered, bool IsTest, string? Key, long AtMs, IReadOnlyList<Touch> Evidence, CustomerRecord? Customer)
{
    /// <summary>Whether something else than sales without evidence was told of the customer.</summary>
    public bool IsOfKnown => Customer is { Row.IsPending: false };

    /// <summary>Nothing says yet whose customer it is: it waits.</summary>
    public bool IsPending => !IsOfKnown && Evidence.Count == 0;

    public static Told Again(string answer) => new(answer, false, null, 0, [], null);
}
