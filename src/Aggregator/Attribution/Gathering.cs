using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Attribution;

/// <summary>
/// Gathers the touches that want the credit for one fact, each judged by the rules of its own program:
/// <code>
///   1  what came with the fact
///   2  what the fact inherits
///   3  clicks told before it
///   4  who named the customer
/// </code>
/// </summary>
internal sealed class Gathering(Fact fact, Past past, IReadOnlyList<Touch> contacts, RuleBook book)
{
    private readonly List<Contender> _all = [];

    /// <summary>Each touch once for each way in which it came; what has lost already says why.</summary>
    public List<Contender> All()
    {
        AddOwn();        // :: 1
        AddInherited();  // :: 2
        AddClicks();     // :: 3
        AddContacts();   // :: 4
        return _all;
    }

    private void AddOwn()
    {
        foreach (var touch in fact.Evidence)
        {
            if (!_all.Exists(other => other.Touch == touch || (touch.ClickToken is not null && other.Touch.ClickToken == touch.ClickToken)))
            {
                Add(touch);
            }
        }
    }

    private void AddInherited()
    {
        foreach (var bind in past.InheritedBy(fact))
        {
            foreach (var credit in bind.Decision.Credits)
            {
                Add(bind.Inherit(credit.Touch), bind, credit.Weight);
            }
        }
    }

    // An old click never beats what it has become: it counts beside a new one, or while the customer is nobody's.
    private void AddClicks()
    {
        if (past.Clicks.Count == 0)
        {
            return;
        }

        var isOpen = !past.Binds(fact) || _all.Exists(one => one.Lost is null && one.Touch.Method == Method.Click);
        var before = _all.Count;
        foreach (var click in past.Clicks)
        {
            var known = _all.FindIndex(0, before, one => one.Touch.ClickToken == click.ClickToken && (one.Bind is null || !isOpen));
            if (known < 0)
            {
                Add(click, lost: isOpen ? null : Lost.Bound);
            }
        }
    }

    private void AddContacts()
    {
        foreach (var contact in contacts)
        {
            if (contact.AtMs <= fact.OccurredAtMs)
            {
                Add(contact);
            }
        }
    }

    private void Add(Touch touch, Bind? bind = null, long weight = 0, string? lost = null)
    {
        var rules = book.Version(touch.ProgramId, fact.OccurredAtMs).Rules.Attribution;
        _all.Add(new Contender(touch, bind, weight) { Lost = Judge(touch, bind, rules) ?? lost });
    }

    private string? Judge(Touch touch, Bind? bind, AttributionRules rules)
    {
        var (at, now) = (touch.AtMs, fact.OccurredAtMs);
        var begin = bind?.Decision.OccurredAtMs ?? at;
        return touch.Refusal is { } refusal ? refusal
            : fact.ProgramId is { } named && book.ProgramOf(touch) != named ? Lost.OtherProgram
            : touch.Method == Method.Click && at > now ? Lost.AfterConversion
            : RuleBook.WindowOf(touch.Method, rules) is { } window && now - begin >= window ? Lost.WindowOver
            : fact.IsInjected(touch) ? Lost.Injected
            : bind is null && rules.NewCustomersOnly && past.KnownSinceMs <= at ? Lost.ExistingCustomer
            : !rules.Precedence.Contains(RuleBook.KindOf(touch.Method)) ? Lost.NotInPrecedence
            : bind is null && !rules.ExistingCustomers && past.Binds(fact) ? Lost.Bound
            : null;
    }
}
