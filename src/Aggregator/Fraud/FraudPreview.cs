using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Fraud.Cases;
using LinkTracker.Aggregator.Fraud.Lists;
using LinkTracker.Aggregator.Fraud.Reading;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Fraud;

/// <summary>What rules would have done with a program's history. Nothing is changed.</summary>
internal sealed class FraudPreview(Inspection inspection, PartnerRatesReader rates, FraudLists lists, TimeProvider clock)
{
    private const int MaxDays = 90;
    private const int MostAtOnce = 500;
    private const int MaxExamples = 20;

    // A minute of work or so: the request that asked for it waits.
    private const int MaxCommissions = 200_000;

    /// <exception cref="ApiError">422 naming what is wrong, also for more history than can be looked at.</exception>
    public PreviewAnswer Run(Session session, ReferralProgram program, FraudPreviewRequest request)
    {
        // :: 1  the rules as they were, but for those that are tried
        var tried = request.Rules ?? throw ApiError.Unprocessable("rules: is needed, an object such as {\"velocity\": {\"mode\": \"hold\", \"threshold\": 5}}.");
        FraudRuleBook.Check(tried, "rules");
        var days = Fields.Between(request.Days ?? MaxDays, "days", 1, MaxDays);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var from = now - (days * UtcBuckets.DayMs);

        // :: 2  all that the program's referrers were given for
        var figures = rates.Read(session);
        var signals = new Dictionary<(string Rule, long Conversion, long Partner), Signal>();
        var earnings = new Dictionary<(long Conversion, long Partner), List<CommissionRow>>();
        var (after, looked) = (0L, 0);
        while (Next(session, program, from, after) is { Count: > 0 } batch)
        {
            after = batch[^1].Id;
            looked += batch.Count;
            if (looked > MaxCommissions)
            {
                throw ApiError.Unprocessable($"days: there are more than {MaxCommissions} commissions in this time; ask for fewer days.");
            }

            foreach (var row in batch)
            {
                earnings.TryAdd((row.ConversionId, row.PartnerId), []);
                earnings[(row.ConversionId, row.PartnerId)].Add(row);
            }

            var conversions = batch.Select(row => row.ConversionId).Distinct().ToArray();
            foreach (var signal in inspection.Inspect(session, conversions, figures, version => With(version, tried)))
            {
                signals.TryAdd((signal.Rule.Kind.Code, signal.Suspect.ConversionId, signal.Suspect.PartnerId), signal);
            }
        }

        // :: 3  what came of it, by rule
        var found = signals.Values.Where(signal => earnings.ContainsKey((signal.Suspect.ConversionId, signal.Suspect.PartnerId))).ToLookup(signal => signal.Rule.Kind.Code);
        var present = With(program.At(now), tried);
        return new PreviewAnswer(
            EntityId.Format(EntityId.Program, program.Id),
            Fields.Time(from),
            Fields.Time(now),
            looked,
            [.. FraudRuleBook.Of(present).Where(rule => tried.ContainsKey(rule.Kind.Code)).Select(rule => Sum(rule, [.. found[rule.Kind.Code]], earnings))]);
    }

    private PreviewedRule Sum(RuleInForce rule, IReadOnlyList<Signal> signals, Dictionary<(long Conversion, long Partner), List<CommissionRow>> earnings)
    {
        var commissions = signals.SelectMany(signal => earnings[(signal.Suspect.ConversionId, signal.Suspect.PartnerId)]).ToList();
        return new PreviewedRule(
            rule.Kind.Code,
            rule.Mode.Name(),
            rule.Kind.MaxThreshold == 0 ? null : rule.Threshold,
            rule.Kind.Minutes is null ? null : rule.Minutes,
            lists.FailureOf(rule.Kind) is null ? "available" : "unavailable",
            signals.Count,
            signals.Select(signal => signal.Suspect.PartnerId).Distinct().Count(),
            commissions.Count,
            new SortedDictionary<string, long>(commissions.GroupBy(row => row.Unit).ToDictionary(unit => unit.Key, unit => unit.Sum(row => row.Earnings)), StringComparer.Ordinal),
            signals.GroupBy(signal => signal.Mode).ToDictionary(mode => mode.Key.Name(), mode => (long)mode.Count()),
            [.. signals.OrderByDescending(signal => signal.Suspect.OccurredAtMs).ThenBy(signal => signal.Suspect.ConversionId).Take(MaxExamples).Select(signal => new PreviewedSignal(
                CasePresenter.ConversionId(earnings[(signal.Suspect.ConversionId, signal.Suspect.PartnerId)][0].Type, signal.Suspect.ConversionId),
                EntityId.Format(EntityId.Partner, signal.Suspect.PartnerId),
                signal.Mode.Name(),
                signal.Evidence))]);
    }

    private static ProgramVersion With(ProgramVersion version, IReadOnlyDictionary<string, FraudRule> tried)
    {
        var rules = new Dictionary<string, FraudRule>(version.Rules.Fraud);
        foreach (var (code, rule) in tried)
        {
            rules[code] = rule;
        }

        return version with { Rules = version.Rules with { Fraud = rules } };
    }

    private static IReadOnlyList<CommissionRow> Next(Session session, ReferralProgram program, long from, long after) => session.Query<CommissionRow>(
        """
        SELECT id, conversion_id, partner_id, type, unit, earnings FROM commissions
        WHERE id > @after AND program_id = @Id AND occurred_at >= @from AND conversion_id IS NOT NULL AND partner_id IS NOT NULL AND is_test = 0
        ORDER BY id LIMIT @MostAtOnce
        """,
        new { after, program.Id, from, MostAtOnce });

    private sealed class CommissionRow
    {
        public long Id { get; set; }

        public long ConversionId { get; set; }

        public long PartnerId { get; set; }

        public string Type { get; set; } = "";

        public string Unit { get; set; } = "";

        public long Earnings { get; set; }
    }
}
