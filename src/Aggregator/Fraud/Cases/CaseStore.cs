using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Webhooks;

namespace LinkTracker.Aggregator.Fraud.Cases;

/// <summary>Writes what the rules say into cases. Saying it again changes nothing, whatever became of the case.</summary>
internal sealed class CaseStore(EntityId ids, WebhookOutbox webhooks)
{
    private static readonly string[] CaseNames = ["id", "program", "partner", "rule", "shadow", "now"];
    private static readonly string[] ItemNames = ["conversion", "partner", "rule", "shadow", "caseId", "mode", "threshold", "version", "evidence", "now"];

    /// <summary>Adds what was not said before to the open cases, and opens those that are needed.</summary>
    public void Add(Session session, IReadOnlyList<Signal> signals, long nowMs)
    {
        // :: 1  without what was said before, and what a person found harmless: every renewal would say it of the same lead again
        var (said, harmless) = (Said(session, signals), Harmless(session, signals));
        var news = signals.DistinctBy(KeyOf).Where(signal => !said.Contains(KeyOf(signal)) && !harmless.Contains(HarmlessKeyOf(signal))).ToList();
        if (news.Count == 0)
        {
            return;
        }

        // :: 2  the open case of each referrer and rule
        var cases = OpenCases(session, news);
        var opened = news.Select(CaseKeyOf).Distinct().Where(key => !cases.ContainsKey(key)).ToDictionary(key => key, _ => ids.Next());
        session.ExecuteAll(
            """
            INSERT INTO fraud_cases (id, program_id, partner_id, rule, is_shadow, status, opened_at, updated_at)
            VALUES (@id, @program, @partner, @rule, @shadow, 'open', @now, @now)
            """,
            CaseNames,
            opened.Select(one => new object?[] { one.Value, one.Key.Program, one.Key.Partner, one.Key.Rule, one.Key.IsShadow ? 1 : 0, nowMs }));
        foreach (var (key, id) in opened)
        {
            cases.Add(key, id);
        }

        webhooks.Add(session, [.. opened.Where(one => !one.Key.IsShadow).Select(one => EventOf(one.Key, one.Value, nowMs))]);

        // :: 3  the reasons
        session.ExecuteAll(
            """
            INSERT INTO fraud_items (conversion_id, partner_id, rule, is_shadow, case_id, mode, threshold, rule_version, evidence, created_at)
            VALUES (@conversion, @partner, @rule, @shadow, @caseId, @mode, @threshold, @version, @evidence, @now)
            """,
            ItemNames,
            news.Select(signal => new object?[]
            {
                signal.Suspect.ConversionId, signal.Suspect.PartnerId, signal.Rule.Kind.Code, IsShadow(signal) ? 1 : 0, cases[CaseKeyOf(signal)],
                signal.Mode.Name(), signal.Rule.Threshold, signal.Rule.Version, signal.Evidence, nowMs,
            }));
        session.Execute($"UPDATE fraud_cases SET updated_at = @nowMs WHERE {session.In("id", "grown")}", new { grown = news.Select(signal => cases[CaseKeyOf(signal)]).Distinct().ToArray(), nowMs });
    }

    private static HashSet<ItemKey> Said(Session session, IReadOnlyList<Signal> signals) => [.. session.Query<ItemRow>(
        $"SELECT conversion_id, partner_id, rule, is_shadow FROM fraud_items WHERE {session.In("conversion_id", "conversions")}",
        new { conversions = signals.Select(signal => signal.Suspect.ConversionId).Distinct().ToArray() })
        .Select(row => new ItemKey(row.ConversionId, row.PartnerId, row.Rule, row.IsShadow))];

    // Other evidence of the same customer is news.
    private static HashSet<HarmlessKey> Harmless(Session session, IReadOnlyList<Signal> signals) => [.. session.Query<HarmlessRow>(
        $"""
        SELECT DISTINCT k.program_id, v.customer_id, i.partner_id, i.rule, i.is_shadow, i.evidence
        FROM conversions v JOIN fraud_items i ON i.conversion_id = v.id JOIN fraud_cases k ON k.id = i.case_id
        WHERE {session.In("v.customer_id", "customers")} AND k.status = '{CaseStatus.Dismissed}'
        """,
        new { customers = signals.Select(signal => signal.Suspect.Customer.Id).Distinct().ToArray() })
        .Select(row => new HarmlessKey(row.ProgramId, row.CustomerId, row.PartnerId, row.Rule, row.IsShadow, row.Evidence))];

    private static Dictionary<CaseKey, long> OpenCases(Session session, IReadOnlyList<Signal> signals) => session.Query<CaseRow>(
        $"SELECT id, program_id, partner_id, rule, is_shadow FROM fraud_cases WHERE status = 'open' AND {session.In("partner_id", "partners")}",
        new { partners = signals.Select(signal => signal.Suspect.PartnerId).Distinct().ToArray() })
        .ToDictionary(row => new CaseKey(row.ProgramId, row.PartnerId, row.Rule, row.IsShadow), row => row.Id);

    private static WebhookEvent EventOf(CaseKey key, long id, long nowMs)
    {
        var text = EntityId.Format(EntityId.FraudCase, id);
        return new WebhookEvent(WebhookEvent.FraudCaseCreated, text, new CaseOpened(
            text, EntityId.Format(EntityId.Program, key.Program), EntityId.Format(EntityId.Partner, key.Partner), key.Rule, Fields.Time(nowMs)));
    }

    private static bool IsShadow(Signal signal) => signal.Mode == FraudMode.Shadow;

    private static ItemKey KeyOf(Signal signal) => new(signal.Suspect.ConversionId, signal.Suspect.PartnerId, signal.Rule.Kind.Code, IsShadow(signal));

    private static CaseKey CaseKeyOf(Signal signal) => new(signal.Suspect.ProgramId, signal.Suspect.PartnerId, signal.Rule.Kind.Code, IsShadow(signal));

    private static HarmlessKey HarmlessKeyOf(Signal signal) => new(
        signal.Suspect.ProgramId, signal.Suspect.Customer.Id, signal.Suspect.PartnerId, signal.Rule.Kind.Code, IsShadow(signal), signal.Evidence);

    private sealed record CaseOpened(string Id, string ProgramId, string PartnerId, string Rule, string CreatedAt);

    private readonly record struct ItemKey(long Conversion, long Partner, string Rule, bool IsShadow);

    private readonly record struct CaseKey(long Program, long Partner, string Rule, bool IsShadow);

    private sealed record HarmlessKey(long Program, long Customer, long Partner, string Rule, bool IsShadow, string Evidence);

    private sealed class HarmlessRow
    {
        public long ProgramId { get; set; }

        public long CustomerId { get; set; }

        public long PartnerId { get; set; }

        public string Rule { get; set; } = "";

        public bool IsShadow { get; set; }

        public string Evidence { get; set; } = "";
    }

    private sealed class ItemRow
    {
        public long ConversionId { get; set; }

        public long PartnerId { get; set; }

        public string Rule { get; set; } = "";

        public bool IsShadow { get; set; }
    }
}
