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
        var (fact, decision, bind) = (facts[index], decisions[index], decisions[later]);
        if (later < index || (fact.ProgramId ?? bind.ProgramId) != bind.ProgramId)
        {
            return null;
        }

        var version = book.Version(bind.ProgramId, fact.OccurredAtMs);
        var rules = version.Rules.Attribution;
        var isMeant = bind.OccurredAtMs - fact.OccurredAtMs < rules.PendingDays * RuleBook.DayMs && rules.Precedence.Contains(RuleBook.KindOf(Method.Lead));
        var method = facts[later].Kind == FactKind.Lead ? Method.Lead : Method.Customer;
        var inherited = bind.Credits
            .Where(credit => !IsInjected(fact, credit.Touch))
            .Select(credit => new Candidate(credit.Touch with { Method = method }, Weight: credit.Weight, Via: bind.FactId))
            .ToList();
        return isMeant && inherited.Count > 0
            ? new Decision(fact.Id, fact.OccurredAtMs, bind.ProgramId, version.Number, rules.Model, [.. inherited, .. decision.Candidates], IsConflict: false)
            : null;
    }

    private static bool IsInjected(Fact fact, Touch touch) =>
        touch.ClickToken is not null && fact.CheckoutStartedAtMs <= touch.AtMs && touch.AtMs <= fact.OccurredAtMs;

    private static List<int> Credited(IReadOnlyList<Fact> facts, IReadOnlyList<Decision> decisions, Func<FactKind, bool> isMeant) =>
        [.. Enumerable.Range(0, facts.Count).Where(i => decisions[i].Credits.Count > 0 && isMeant(facts[i].Kind))];
}
