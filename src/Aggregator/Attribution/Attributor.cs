using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Attribution;

/// <summary>
/// Who is credited for what a customer did. A pure function of everything that was told of the customer: told in another order, or
/// twice, it comes out the same.
/// </summary>
internal static class Attributor
{
    /// <param name="history">Facts that were told twice count once.</param>
    /// <returns>One decision for each fact, in the order in which they happened.</returns>
    public static IReadOnlyList<Decision> Decide(CustomerHistory history, ProgramSet programs)
    {
        var book = new RuleBook(programs);
        var facts = InOrder(history.Facts);
        var past = new Past(history.KnownSinceMs);
        var decisions = new Decision[facts.Count];
        for (var i = 0; i < decisions.Length; i++)
        {
            decisions[i] = new Contest(facts[i], past, history.Contacts, book).Decide();
            past.Add(facts[i], decisions[i]);
        }

        return Array.Exists(decisions, decision => decision.Credits.Count == 0) ? new Pending(facts, decisions, book).Decide() : decisions;
    }

    private static IReadOnlyList<Fact> InOrder(IReadOnlyList<Fact> facts)
    {
        if (facts.Count < 2)
        {
            return facts;
        }

        var ordered = new List<Fact>(facts);
        ordered.Sort();
        var last = 0;
        for (var i = 1; i < ordered.Count; i++)
        {
            if (ordered[last].CompareTo(ordered[i]) != 0)
            {
                ordered[++last] = ordered[i];
            }
        }

        ordered.RemoveRange(last + 1, ordered.Count - last - 1);
        return ordered;
    }
}
