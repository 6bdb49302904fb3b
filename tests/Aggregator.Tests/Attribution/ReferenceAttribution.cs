using System.Numerics;
using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Tests.Attribution;

/// <summary>
/// The rules once more, from their prose and for nothing but clarity: every fact asks the whole history again, and shares are fractions of
/// whole numbers of any size. Shares no code with what it checks but the types.
/// </summary>
internal sealed class ReferenceAttribution(CustomerHistory history, ProgramSet programs)
{
    // Of one moment: who is bound first, then what is bought.
    private static readonly FactKind[] Kinds = [FactKind.Deferred, FactKind.Lead, FactKind.Sale, FactKind.Event];

    private static readonly string[] Strength = ["code", "click", "lead", "contact"];

    private readonly List<Fact> _facts = [.. history.Facts.DistinctBy(fact => (fact.OccurredAtMs, fact.Key)).OrderBy(fact => fact.OccurredAtMs).ThenBy(fact => Array.IndexOf(Kinds, fact.Kind)).ThenBy(fact => fact.Key, StringComparer.Ordinal)];
    private readonly Dictionary<string, Verdict> _known = [];

    public IReadOnlyList<Verdict> Decide() => [.. _facts.Select(fact => Later(fact) ?? Before(fact))];

    private Verdict Before(Fact fact) => _known.TryGetValue(fact.Key, out var verdict) ? verdict : _known[fact.Key] = Judge(fact);

    private Verdict Judge(Fact fact)
    {
        var before = _facts.TakeWhile(other => other != fact).ToList();
        var credited = before.Where(other => other.Kind != FactKind.Event && Before(other).Shares.Count > 0 && (fact.ProgramId is null || Before(other).Program == fact.ProgramId)).ToList();
        var knownSince = before is [var first, ..] && Before(first).Shares.Count == 0 ? Math.Min(first.OccurredAtMs, history.KnownSinceMs ?? long.MaxValue) : history.KnownSinceMs;

        // All evidence there is.
        var own = fact.Evidence.GroupBy(touch => touch.ClickToken ?? touch.ToString()).Select(same => same.First()).ToList();
        var leads = credited.Where(other => other.Kind == FactKind.Lead).ToList();
        var heirs = credited.GroupBy(other => Before(other).Program).Select(of => Heir(of.ToList())).OfType<Fact>().ToList();
        var inherited = heirs.SelectMany(heir => Before(heir).Shares.Select(share => (Share: share, Heir: heir))).ToList();
        var entries = own.Select(touch => new Entry(touch, null, null, Reason(touch, null)))
            .Concat(inherited.Select(one => Inherit(one.Share, one.Heir)))
            .ToList();
        var hasClick = entries.Any(entry => entry.Touch.Method == Method.Click && entry.Lost is null);
        var old = before.SelectMany(other => other.Evidence).Where(touch => touch.Method == Method.Click).GroupBy(touch => touch.ClickToken).Select(same => same.First())
            .Where(click => own.All(touch => touch.ClickToken != click.ClickToken));
        if (credited.Count > 0 && !hasClick)
        {
            // A click that lives on as what is inherited is not told of twice.
            entries.AddRange(old.Where(click => inherited.All(one => one.Share.Touch.ClickToken != click.ClickToken)).Select(click => new Entry(click, null, null, Reason(click, null) ?? "bound")).ToList());
        }
        else
        {
            entries.AddRange(old.Select(click => new Entry(click, null, null, Reason(click, null))).ToList());
        }

        entries.AddRange(history.Contacts.Where(contact => contact.AtMs <= fact.OccurredAtMs).Select(contact => new Entry(contact, null, null, Reason(contact, null))));

        // The program, the kind, the shares.
        var strongest = Alive().OrderBy(entry => Array.IndexOf(Strength, Kind(entry.Touch))).ThenByDescending(entry => entry, ByTime.Instance).FirstOrDefault();
        if (strongest is null)
        {
            return new Verdict(fact.Key, null, [], Losers(), false);
        }

        var program = fact.ProgramId ?? ProgramOf(strongest.Touch);
        var rules = RulesOf(program);
        Alive().Where(entry => ProgramOf(entry.Touch) != program).ToList().ForEach(entry => entry.Lost = "other_program");
        var kind = rules.Precedence.First(kind => Alive().Any(entry => Kind(entry.Touch) == kind));
        var weaker = Alive().Where(entry => Kind(entry.Touch) != kind).ToList();
        weaker.ForEach(entry => entry.Lost = "beaten");
        var sharing = Alive().Order(ByTime.Instance).ToList();
        if (kind != "lead")
        {
            sharing.SkipLast(rules.MaxTouches).ToList().ForEach(entry => entry.Lost = "too_many");
            sharing = [.. sharing.TakeLast(rules.MaxTouches)];
            for (var i = 0; i < sharing.Count; i++)
            {
                sharing[i].Weight = Weight(rules, sharing, i);
            }

            sharing.Where(entry => entry.Weight!.Value.IsZero).ToList().ForEach(entry => entry.Lost = "beaten");
        }

        var whole = Alive().Aggregate(BigInteger.Zero, (sum, entry) => sum + entry.Weight!.Value);
        var shares = Alive().Order(ByTime.Instance).Select(entry => new Share(entry.Touch, entry.Weight!.Value, whole)).ToList();
        return new Verdict(fact.Key, program, shares, Losers(), weaker.Exists(entry => !shares.Exists(share => Who(share.Touch) == Who(entry.Touch))));

        List<Entry> Alive() => [.. entries.Where(entry => entry.Lost is null)];

        List<(Touch, string)> Losers() => [.. entries.Where(entry => entry.Lost is not null).Select(entry => (entry.Touch, entry.Lost!))];

        Fact? Heir(List<Fact> ofProgram)
        {
            var itsLeads = ofProgram.Where(other => other.Kind == FactKind.Lead).ToList();
            if (fact.LeadEventName is { } name && leads.Count > 0)
            {
                return itsLeads.LastOrDefault(lead => lead.EventName == name);
            }

            return itsLeads.LastOrDefault() ?? ofProgram[0];
        }

        Entry Inherit(Share share, Fact heir)
        {
            var touch = share.Touch with { Method = heir.Kind == FactKind.Lead ? Method.Lead : Method.Customer };
            return new Entry(touch, heir, share.Weight, Reason(touch, heir));
        }

        AttributionRules RulesOf(long program) => programs.ById[program].Versions.Last(version => version.Number == 1 || version.ValidFromMs <= fact.OccurredAtMs).Rules.Attribution;

        string? Reason(Touch touch, Fact? heir)
        {
            var rules = RulesOf(ProgramOf(touch));
            var days = touch.Method switch
            {
                Method.Click => rules.ClickDays!.Value,
                Method.Contact => rules.ContactDays,
                Method.Code => null,
                _ => (double?)rules.LeadDays,
            };
            (string Reason, bool Is)[] reasons =
            [
                (touch.Refusal ?? "", touch.Refusal is not null),
                ("other_program", fact.ProgramId is not null && fact.ProgramId != ProgramOf(touch)),
                ("after_conversion", touch.Method == Method.Click && touch.AtMs > fact.OccurredAtMs),
                ("window_over", days is not null && fact.OccurredAtMs >= (heir?.OccurredAtMs ?? touch.AtMs) + (long)(days * TestPrograms.Day)),
                ("injected", IsInjected(fact, touch)),
                ("existing_customer", heir is null && rules.NewCustomersOnly && knownSince is not null && knownSince <= touch.AtMs),
                ("not_in_precedence", !rules.Precedence.Contains(Kind(touch))),
                ("bound", heir is null && !rules.ExistingCustomers && credited.Count > 0),
            ];
            return reasons.Where(one => one.Is).Select(one => one.Reason).FirstOrDefault();
        }
    }

    // What waits inherits the first credit behind it.
    private Verdict? Later(Fact fact)
    {
        var verdict = Before(fact);
        if (verdict.Shares.Count > 0 || verdict.Losers.Exists(loser => loser.Reason is "existing_customer" or "injected"))
        {
            return null;
        }

        var credited = _facts.Where(other => other.Kind != FactKind.Event && Before(other).Shares.Count > 0).ToList();
        var hasLeads = credited.Exists(other => other.Kind == FactKind.Lead);
        var behind = credited.Where(other => _facts.IndexOf(other) > _facts.IndexOf(fact) && (fact.ProgramId is null || fact.ProgramId == Before(other).Program))
            .OrderBy(other => other.Kind == FactKind.Lead ? 0 : 1)
            .Where(other => fact.LeadEventName is null || !hasLeads || (other.Kind == FactKind.Lead && other.EventName == fact.LeadEventName));
        foreach (var other in behind)
        {
            var program = Before(other).Program!.Value;
            var rules = programs.ById[program].At(fact.OccurredAtMs).Rules.Attribution;
            var shares = Before(other).Shares.Where(share => !IsInjected(fact, share.Touch)).ToList();
            if (shares.Count > 0 && rules.Precedence.Contains("lead") && other.OccurredAtMs < fact.OccurredAtMs + (rules.PendingDays * TestPrograms.Day))
            {
                var whole = shares.Aggregate(BigInteger.Zero, (sum, share) => sum + share.Weight);
                var method = other.Kind == FactKind.Lead ? Method.Lead : Method.Customer;
                return new Verdict(fact.Key, program, [.. shares.Select(share => new Share(share.Touch with { Method = method }, share.Weight, whole))], verdict.Losers, false);
            }
        }

        return null;
    }

    private static bool IsInjected(Fact fact, Touch touch) =>
        touch.ClickToken is not null && fact.CheckoutStartedAtMs is { } start && touch.AtMs >= start && touch.AtMs <= fact.OccurredAtMs;

    private static BigInteger Weight(AttributionRules rules, List<Entry> sharing, int i)
    {
        var (n, isFirst, isLast) = (sharing.Count, i == 0, i == sharing.Count - 1);
        return rules.Model switch
        {
            "last" => isLast ? 1 : 0,
            "first" => isFirst ? 1 : 0,
            "linear" => 1,
            "position" when n == 1 => 1,
            "position" when n == 2 && rules.FirstPercent == rules.LastPercent => 1,
            "position" when n == 2 => isFirst ? rules.FirstPercent : rules.LastPercent,
            "position" => (n - 2) * (isFirst ? rules.FirstPercent : isLast ? rules.LastPercent : 0) + (isFirst || isLast ? 0 : 100 - rules.FirstPercent - rules.LastPercent),
            _ => HalfLifeTests.Exact(sharing[^1].Touch.AtMs - sharing[i].Touch.AtMs, rules.HalfLifeDays * TestPrograms.Day),
        };
    }

    private static string Kind(Touch touch) => touch.Method == Method.Customer ? "lead" : touch.Method.ToString().ToLowerInvariant();

    private static (bool, long?) Who(Touch touch) => touch.PartnerId is { } partner ? (true, partner) : (false, touch.LinkId);

    private long ProgramOf(Touch touch) => touch.ProgramId ?? programs.Default.Id;

    internal sealed record Verdict(string Key, long? Program, List<Share> Shares, List<(Touch Touch, string Reason)> Losers, bool IsConflict);

    /// <param name="Whole">The touch has <c>Weight / Whole</c>.</param>
    internal sealed record Share(Touch Touch, BigInteger Weight, BigInteger Whole);

    private sealed class Entry(Touch touch, Fact? heir, BigInteger? weight, string? lost)
    {
        public Touch Touch => touch;

        public Fact? Heir => heir;

        public BigInteger? Weight { get; set; } = weight;

        public string? Lost { get; set; } = lost;
    }

    private sealed class ByTime : IComparer<Entry>
    {
        public static readonly ByTime Instance = new();

        public int Compare(Entry? x, Entry? y) => KeyOf(x!).CompareTo(KeyOf(y!));

        private static (long, long?, string?, long?) KeyOf(Entry entry) => (entry.Touch.AtMs, entry.Touch.LinkId, entry.Touch.ClickToken, entry.Touch.PartnerId);
    }
}
