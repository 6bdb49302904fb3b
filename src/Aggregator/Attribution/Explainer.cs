using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Attribution;

/// <summary>Tells why a conversion is credited as it is: the decision as it was stored, with all that it came from and led to.</summary>
internal sealed class Explainer(ProgramStore programs)
{
    /// <exception cref="Api.ApiError">404 when there is no such conversion.</exception>
    public ExplanationAnswer Explain(Session session, string id)
    {
        var row = StoredConversion.Get(session, id);
        var all = programs.Load(session);
        var decision = row.StoredDecision() ?? Decide(session, all, row);
        var program = all.Of(decision.ProgramId ?? row.NamedProgramId);
        var version = program.Versions.First(version => version.Number == decision.RuleVersion);
        var names = TouchNames.Load(session, decision);
        var answer = new ExplanationAnswer(
            row.WireId,
            "",
            row.Kind,
            row.EventName,
            Api.Fields.Time(row.OccurredAt),
            Api.Fields.Time(row.ReceivedAt),
            row.IsTest,
            row.Amount,
            row.Currency,
            row.Refunded,
            new ExplainedInputs(
                EntityId.Format(EntityId.Customer, row.CustomerId), row.ShownExternalId, Api.Fields.Time(row.KnownSince),
                EntityId.Format(EntityId.Program, row.NamedProgramId), row.LeadEventName, Api.Fields.Time(row.CheckoutStartedAt)),
            decision.ProgramId is null ? null : new ExplainedProgram(EntityId.Format(EntityId.Program, program.Id), program.Name),
            decision.RuleVersion,
            version.Rules.Attribution,
            decision.Model,
            decision.IsConflict,
            Credits(session, row, decision, names),
            [.. decision.Candidates.Where(candidate => candidate.Lost is not null).Select(candidate => Loser(candidate, row, all, names))],
            Adjustments(session, row.Id),
            Commissions(session, row.Id));
        return answer with { Summary = InWords.Summary(answer) };
    }

    // What was stored before decisions had their form of today is decided anew; that changes nothing that is stored.
    private static Decision Decide(Session session, ProgramSet all, StoredConversion row)
    {
        var history = CustomerRecords.Load(session, [row.CustomerId]).Single().ToHistory();
        return Attributor.Decide(history, all).Single(decision => decision.FactId == row.Id);
    }

    private static IReadOnlyList<ExplainedCredit> Credits(Session session, StoredConversion row, Decision decision, TouchNames names)
    {
        var stored = session.Query<CreditRow>("SELECT amount, refunded FROM credits WHERE conversion_id = @Id ORDER BY position", row);
        var weights = decision.Credits.Select(credit => credit.Weight).ToList();
        var amounts = Apportionment.Split(row.Amount ?? 0, weights);
        var whole = weights.Sum();
        return
        [
            .. decision.Candidates.Where(candidate => candidate.Lost is null).Select((candidate, i) => new ExplainedCredit(
                names.Describe(candidate), candidate.Weight, decimal.Round(100m * candidate.Weight / whole, 4), amounts[i], i < stored.Count ? stored[i].Refunded : 0)),
        ];
    }

    private static ExplainedLoser Loser(Candidate candidate, StoredConversion row, ProgramSet all, TouchNames names)
    {
        var touch = names.Describe(candidate);
        var rules = all.Of(candidate.Touch.ProgramId).At(row.OccurredAt).Rules.Attribution;
        return new ExplainedLoser(touch, candidate.Lost!, InWords.Why(candidate.Lost!, touch, row, rules));
    }

    private static List<ExplainedAdjustment> Adjustments(Session session, long conversion) =>
    [
        .. session.Query<AdjustmentRow>(
            "SELECT id, kind, amount, applied, occurred_at, reason FROM adjustments WHERE conversion_id = @conversion ORDER BY occurred_at, business_key", new { conversion })
            .Select(row => new ExplainedAdjustment(EntityId.Format(EntityId.Adjustment, row.Id), row.Kind, row.Amount, row.Applied, Api.Fields.Time(row.OccurredAt), row.Reason)),
    ];

    private static List<ExplainedCommission> Commissions(Session session, long conversion) =>
    [
        .. session.Query<CommissionRow>(
            "SELECT id, partner_id, side, reward_id, unit, basis, due, earnings, state, outcome, note FROM commissions WHERE conversion_id = @conversion ORDER BY id", new { conversion })
            .Select(row => new ExplainedCommission(
                EntityId.Format(EntityId.Commission, row.Id), EntityId.Format(EntityId.Partner, row.PartnerId), row.Side, row.RewardId, row.Unit, row.Basis, row.Due, row.Earnings,
                row.State, row.Outcome, row.Note)),
    ];

    private sealed class CreditRow
    {
        public long Amount { get; set; }

        public long Refunded { get; set; }
    }

    private sealed class AdjustmentRow
    {
        public long Id { get; set; }

        public string Kind { get; set; } = "";

        public long? Amount { get; set; }

        public long Applied { get; set; }

        public long OccurredAt { get; set; }

        public string? Reason { get; set; }
    }

    private sealed class CommissionRow
    {
        public long Id { get; set; }

        public long? PartnerId { get; set; }

        public string Side { get; set; } = "";

        public string RewardId { get; set; } = "";

        public string Unit { get; set; } = "";

        public long Basis { get; set; }

        public long Due { get; set; }

        public long Earnings { get; set; }

        public string State { get; set; } = "";

        public string? Outcome { get; set; }

        public string? Note { get; set; }
    }
}
