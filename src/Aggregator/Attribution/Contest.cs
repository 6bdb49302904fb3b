using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Attribution;

/// <summary>
/// Decides one fact:
/// <code>
///   1  gather   every touch that wants the credit, judged by the rules of its own program
///   2  choose   the program, by its strongest evidence
///   3  choose   the strongest kind of evidence, by that program's precedence
///   4  divide   the credit among the touches of that kind
///   5  write    what is credited, and why the rest is not
/// </code>
/// </summary>
internal sealed class Contest(Fact fact, Past past, IReadOnlyList<Touch> contacts, RuleBook book)
{
    // A decision is kept for ever: of what lost, only so much.
    private const int MostLosers = 50;

    // :: 1
    private readonly List<Contender> _all = new Gathering(fact, past, contacts, book).All();

    /// <summary>To be asked once: it changes what it has gathered.</summary>
    public Decision Decide()
    {
        // :: 2
        if (Strongest() is not { } strongest)
        {
            return Write(null, book.Version(fact.ProgramId, fact.OccurredAtMs), isConflict: false);
        }

        var program = fact.ProgramId ?? book.ProgramOf(strongest.Touch);
        var version = book.Version(program, fact.OccurredAtMs);
        Lose(one => book.ProgramOf(one.Touch) != program, Lost.OtherProgram);

        // :: 3  Some of the program's have not lost: the strongest is one of them.
        var rules = version.Rules.Attribution;
        var kind = rules.Precedence.First(kind => _all.Exists(one => one.Lost is null && one.Kind == kind));
        Lose(one => one.Kind != kind, Lost.Beaten);

        // :: 4
        Divide(_all.FindAll(one => one.Lost is null), rules);

        // :: 5
        return Write(program, version, IsConflict(kind));
    }

    private Contender? Strongest()
    {
        Contender? strongest = null;
        foreach (var one in _all)
        {
            if (one.Lost is null && (strongest is null || Contender.Compare(one, strongest, RuleBook.DefaultPrecedence) < 0))
            {
                strongest = one;
            }
        }

        return strongest;
    }

    private void Lose(Func<Contender, bool> loses, string lost)
    {
        foreach (var one in _all)
        {
            if (one.Lost is null && loses(one))
            {
                one.Lost = lost;
            }
        }
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

    // Of the kind that won, what the model leaves without credit is no conflict.
    private bool IsConflict(string kind) => _all.Exists(one =>
        one.Lost == Lost.Beaten && one.Kind != kind && !_all.Exists(winner => winner.Lost is null && winner.NamesTheSame(one)));

    private Decision Write(long? program, ProgramVersion version, bool isConflict)
    {
        var rules = version.Rules.Attribution;
        if (_all.Count > 1)
        {
            _all.Sort((x, y) => InDecision(x, y, rules.Precedence));
        }

        var candidates = new List<Candidate>(_all.Count);
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

    // As Decision.Candidates says.
    private static int InDecision(Contender x, Contender y, IReadOnlyList<string> precedence) => (x.Lost is null, y.Lost is null) switch
    {
        (true, true) => TouchOrder.Instance.Compare(x.Touch, y.Touch),
        (true, false) => -1,
        (false, true) => 1,
        _ => Contender.Compare(x, y, precedence),
    };
}
