using LinkTracker.Aggregator.Counting;

namespace LinkTracker.Aggregator.Attribution;

/// <summary>
/// Facts that came before what credits their customer: a sale that the shop tells before its lead, or that happened a moment before.
/// They inherit the first credit behind them, if they are not older than the program waits.
/// </summary>
/// <param name="facts">In order.</param>
/// <param name="decisions">Of the same facts, by what was before each.</param>
internal sealed class Pending(IReadOnlyList<Fact> facts, IReadOnlyList<Decision> decisions, RuleBook book)
{
    private readonly List<int> _leads = Credited(facts, decisions, kind => kind == FactKind.Lead);
    private readonly List<int> _others = Credited(facts, decisions, kind => kind is FactKind.Sale or FactKind.Deferred);

    /// <summary>The decisions, with those that inherit.</summary>
    public IReadOnlyList<Decision> Decide() =>
        _leads.Count + _others.Count == 0 ? decisions : [.. decisions.Select((decision, i) => Inherit(i) ?? decision)];

    // Null when the decision stands.
    private Decision? Inherit(int index)
    {
        var decision = decisions[index];
        if (decision.Credits.Count > 0 || decision.Candidates.Any(candidate => candidate.Lost is Lost.ExistingCustomer or Lost.Injected))
        {
            return null;
        }

        // As looking back does: who asks for a lead by its name means no other one, and nothing else.
        var name = facts[index].LeadEventName;
        var lead = _leads.Where(later => name is null || facts[later].EventName == name).Select(later => InheritOf(index, later)).FirstOrDefault(inherited => inherited is not null);
        return lead is not null || (name is not null && _leads.Count > 0)
            ? lead
            : _others.Select(later => InheritOf(index, later)).FirstOrDefault(inherited => inherited is not null);
    }

    private Decision? InheritOf(int index, int later)
    {
        var (fact, decision) = (facts[index], decisions[index]);
        var bind = new Bind(facts[later], decisions[later]);
        var program = bind.Decision.ProgramId;
        if (later < index || (fact.ProgramId ?? program) != program)
        {
            return null;
        }

        var version = book.Version(program, fact.OccurredAtMs);
        var rules = version.Rules.Attribution;
        var isMeant = bind.Fact.OccurredAtMs - fact.OccurredAtMs < rules.PendingDays * UtcBuckets.DayMs && rules.Precedence.Contains(RuleBook.KindOf(Method.Lead));
        var inherited = bind.Decision.Credits
            .Where(credit => !fact.IsInjected(credit.Touch))
            .Select(credit => new Candidate(bind.Inherit(credit.Touch), Weight: credit.Weight, Via: bind.Fact.Id))
            .ToList();
        return isMeant && inherited.Count > 0
            ? new Decision(fact.Id, fact.OccurredAtMs, program, version.Number, rules.Model, [.. inherited, .. decision.Candidates], IsConflict: false)
            : null;
    }

    private static List<int> Credited(IReadOnlyList<Fact> facts, IReadOnlyList<Decision> decisions, Func<FactKind, bool> isMeant) =>
        [.. Enumerable.Range(0, facts.Count).Where(i => decisions[i].Credits.Count > 0 && isMeant(facts[i].Kind))];
}
