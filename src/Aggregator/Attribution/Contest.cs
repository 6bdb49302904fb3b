using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Attribution;

/// <summary>
/// Decides one fact:
/// <code>
///   1  gather   what came with it, clicks told before it, who named the customer, what it inherits
///   2  judge    each by the rules of its own program
///   3  choose   the program, by its strongest evidence; then the strongest kind of evidence, by that program's precedence
///   4  divide   the credit among the touches of that kind
/// </code>
/// </summary>
internal sealed class Contest(Fact fact, Past past, IReadOnlyList<Touch> contacts, RuleBook book)
{
    // A decision is kept for ever: of what lost, only so much.
    private const int MostLosers = 50;

    private readonly List<Contender> _all = [];

    public Decision Decide()
    {
        // :: 1, 2
        AddOwn();
        AddInherited();
        AddClicks();
        AddContacts();

        // :: 3
        if (Strongest() is not { } strongest)
        {
            var unknown = book.Version(fact.ProgramId, fact.OccurredAtMs);
            return Decided(null, unknown, isConflict: false);
        }

        var program = fact.ProgramId ?? book.ProgramOf(strongest.Touch);
        var version = book.Version(program, fact.OccurredAtMs);
        var kind = Choose(program, version.Rules.Attribution.Precedence);

        // :: 4
        Divide(_all.FindAll(one => one.Lost is null && one.Kind == kind), version.Rules.Attribution);
        var isConflict = _all.Exists(one => one.Lost == Lost.Beaten && one.Kind != kind && !_all.Exists(winner => winner.Lost is null && IsSame(winner.Touch, one.Touch)));
        return Decided(program, version, isConflict);
    }

    private void AddOwn()
    {
        foreach (var touch in fact.Evidence)
        {
            if (!_all.Exists(other => other.Touch == touch || (touch.ClickToken is not null && other.Touch.ClickToken == touch.ClickToken)))
            {
                Add(touch, null, 0);
            }
        }
    }

    private void AddInherited()
    {
        foreach (var bind in past.InheritedBy(fact))
        {
            foreach (var credit in bind.Decision.Credits)
            {
                var method = bind.Fact.Kind == FactKind.Lead ? Method.Lead : Method.Customer;
                Add(credit.Touch with { Method = method }, bind, credit.Weight);
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
                Add(click, null, 0, isOpen ? null : Lost.Bound);
            }
        }
    }

    private void AddContacts()
    {
        foreach (var contact in contacts)
        {
            if (contact.AtMs <= fact.OccurredAtMs)
            {
                Add(contact, null, 0);
            }
        }
    }

    private void Add(Touch touch, Bind? bind, long weight, string? lost = null)
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
            : touch.ClickToken is not null && fact.CheckoutStartedAtMs <= at && at <= now ? Lost.Injected
            : bind is null && rules.NewCustomersOnly && past.KnownSinceMs <= at ? Lost.ExistingCustomer
            : !rules.Precedence.Contains(RuleBook.KindOf(touch.Method)) ? Lost.NotInPrecedence
            : bind is null && !rules.ExistingCustomers && past.Binds(fact) ? Lost.Bound
            : null;
    }

    private Contender? Strongest()
    {
        Contender? strongest = null;
        foreach (var one in _all)
        {
            if (one.Lost is null && (strongest is null || Compare(one, strongest, RuleBook.DefaultPrecedence) < 0))
            {
                strongest = one;
            }
        }

        return strongest;
    }

    // There is one of the program that has not lost: the strongest.
    private string Choose(long program, IReadOnlyList<string> precedence)
    {
        foreach (var one in _all)
        {
            if (one.Lost is null && book.ProgramOf(one.Touch) != program)
            {
                one.Lost = Lost.OtherProgram;
            }
        }

        var kind = precedence.First(kind => _all.Exists(one => one.Lost is null && one.Kind == kind));
        foreach (var one in _all)
        {
            if (one.Lost is null && one.Kind != kind)
            {
                one.Lost = Lost.Beaten;
            }
        }

        return kind;
    }

    private static void Divide(List<Contender> sharers, AttributionRules rules)
    {
        // What is inherited stays divided as it was.
        if (sharers[0].Bind is not null)
        {
            return;
        }

        sharers.Sort((x, y) => TouchOrder.Instance.Compare(x.Touch, y.Touch));
        var surplus = Math.Max(0, sharers.Count - rules.MaxTouches);
        sharers[..surplus].ForEach(one => one.Lost = Lost.TooMany);
        sharers.RemoveRange(0, surplus);
        var weights = CreditModel.Weigh(rules, [.. sharers.Select(one => one.Touch.AtMs)]);
        for (var i = 0; i < weights.Length; i++)
        {
            (sharers[i].Weight, sharers[i].Lost) = (weights[i], weights[i] == 0 ? Lost.Beaten : null);
        }
    }

    private Decision Decided(long? program, ProgramVersion version, bool isConflict)
    {
        var rules = version.Rules.Attribution;
        var candidates = new List<Candidate>(_all.Count);
        if (_all.Count > 1)
        {
            _all.Sort((x, y) => (x.Lost is null, y.Lost is null) switch
            {
                (true, true) => TouchOrder.Instance.Compare(x.Touch, y.Touch),
                (true, false) => -1,
                (false, true) => 1,
                _ => Compare(x, y, rules.Precedence),
            });
        }

        var losers = 0;
        foreach (var one in _all)
        {
            if (one.Lost is null || ++losers <= MostLosers)
            {
                candidates.Add(new Candidate(one.Touch, one.Lost, one.Weight, one.Bind?.Fact.Id));
            }
        }

        return new Decision(fact.Id, fact.OccurredAtMs, program, version.Number, rules.Model, candidates, isConflict);
    }

    // The stronger first: by kind, then the later one. What no rule names comes last.
    private static int Compare(Contender x, Contender y, IReadOnlyList<string> precedence)
    {
        var order = RankOf(x.Kind).CompareTo(RankOf(y.Kind));
        order = order != 0 ? order : TouchOrder.Instance.Compare(y.Touch, x.Touch);
        return order != 0 ? order : x.Touch.Method.CompareTo(y.Touch.Method);

        int RankOf(string kind)
        {
            for (var i = 0; i < precedence.Count; i++)
            {
                if (precedence[i] == kind)
                {
                    return i;
                }
            }

            return precedence.Count;
        }
    }

    private static bool IsSame(Touch x, Touch y) =>
        x.PartnerId is null && y.PartnerId is null ? x.LinkId == y.LinkId : x.PartnerId == y.PartnerId;

    private sealed class Contender(Touch touch, Bind? bind, long weight)
    {
        public Touch Touch => touch;

        public Bind? Bind => bind;

        public string Kind { get; } = RuleBook.KindOf(touch.Method);

        public string? Lost { get; set; }

        public long Weight { get; set; } = weight;
    }
}
