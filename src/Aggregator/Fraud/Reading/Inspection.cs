using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Fraud.Reading;

/// <summary>Lets the rules judge conversions as they stand in the database, and changes nothing.</summary>
internal sealed class Inspection(SuspectReader suspects, NeighbourhoodReader around, ProgramStore programs)
{
    private const string Velocity = "velocity";

    /// <param name="conversions">Some hundred.</param>
    /// <param name="change">Of the rules that were in force; null: as they were.</param>
    public IReadOnlyList<Signal> Inspect(Session session, long[] conversions, PartnerRates rates, Func<ProgramVersion, ProgramVersion>? change = null)
    {
        var rules = new RulesInForce(programs.Load(session), change);

        // :: 1  the conversions themselves
        var own = suspects.Read(session, conversions);
        var signals = FraudJudge.Judge(own, around.Read(session, own, rates, rules.MinutesOf), rules.Of).ToList();

        // Who tries rules out looks at everything anyway, and what was said by other rules is none of its business.
        if (change is not null)
        {
            return signals;
        }

        // :: 2  one lead too many makes those before it suspicious, which were judged when it was not there
        var crowd = signals.Where(signal => signal.Rule.Kind.Code == Velocity).Select(signal => signal.Suspect).ToList();
        foreach (var others in NeighbourhoodReader.ConversionsAround(session, crowd, rules.MinutesOf).Except(conversions).Chunk(500))
        {
            var near = suspects.Read(session, others);
            signals.AddRange(FraudJudge.Judge(near, around.Read(session, near, rates, rules.MinutesOf), rules.Of).Where(signal => signal.Rule.Kind.Code == Velocity));
        }

        return signals;
    }

    /// <summary>The rules of each version, made once.</summary>
    private sealed class RulesInForce(ProgramSet programs, Func<ProgramVersion, ProgramVersion>? change)
    {
        private readonly Dictionary<(long Program, int Version), IReadOnlyList<RuleInForce>> _known = [];

        /// <summary>In which leads are counted; 0 where they are not.</summary>
        public int MinutesOf(Suspect suspect) => Of(suspect).Single(rule => rule.Kind.Code == Velocity) is { Mode: not FraudMode.Off } rule ? rule.Minutes : 0;

        public IReadOnlyList<RuleInForce> Of(Suspect suspect)
        {
            var version = programs.Of(suspect.ProgramId).At(suspect.OccurredAtMs);
            if (!_known.TryGetValue((suspect.ProgramId, version.Number), out var rules))
            {
                rules = FraudRuleBook.Of(change?.Invoke(version) ?? version);
                _known.Add((suspect.ProgramId, version.Number), rules);
            }

            return rules;
        }
    }
}
