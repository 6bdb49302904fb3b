using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Attribution;

/// <summary>Tells why a conversion is credited as it is: the decision as it was stored, with all that it came from and led to.</summary>
internal sealed class Explainer(ProgramStore programs, UnmetRules unmet)
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
            Commissions(session, all, row.Id),
            [.. unmet.Of(session, row).Select(one => Unrewarded(one, names, program.Currency))]);
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
        var amounts = Apportionment.Split(weights.Count == 0 ? 0 : row.Amount ?? 0, weights);
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

    private static ExplainedUnmet Unrewarded(Unmet unmet, TouchNames names, string currency) => new(
        EntityId.Format(EntityId.Partner, unmet.PartnerId), unmet.Rule?.Id, unmet.Rule?.Side, unmet.Reason, RewardWords.Why(unmet, names.PartnerOf(unmet.PartnerId), currency));

    private static List<ExplainedAdjustment> Adjustments(Session session, long conversion) =>
    [
        .. session.Query<AdjustmentRow>(
            "SELECT id, kind, amount, applied, occurred_at, reason, tax, shipping, line_items FROM adjustments WHERE conversion_id = @conversion ORDER BY occurred_at, business_key",
            new { conversion })
            .Select(row => new ExplainedAdjustment(
                EntityId.Format(EntityId.Adjustment, row.Id), row.Kind, row.Amount, row.Applied, Api.Fields.Time(row.OccurredAt), row.Reason, row.Tax, row.Shipping, LineItem.Parse(row.LineItems))),
    ];

    private static List<ExplainedCommission> Commissions(Session session, ProgramSet programs, long conversion) =>
    [
        .. session.Query<CommissionRead>(
            $"""
            SELECT c.id, c.program_id, c.rule_version, c.partner_id, c.side, c.reward_id, c.unit, c.basis, c.due, c.earnings, c.state, c.outcome, c.note, {CommissionRead.Group} AS partner_group
            FROM commissions c WHERE c.conversion_id = @conversion ORDER BY c.id
            """,
            new { conversion })
            .Select(row => Explained(row, row.Side == Due.Friend || !Units.IsMoney(row.Unit) ? programs.RuleOf(row.ProgramId, row.RuleVersion, row.PartnerGroup, row.RewardId) : null)),
    ];

    private static ExplainedCommission Explained(CommissionRead row, RewardRule? rule) => new(
        EntityId.Format(EntityId.Commission, row.Id), EntityId.Format(EntityId.Partner, row.PartnerId), row.Side, row.RewardId, row.Unit, row.Basis, row.Due, row.Earnings,
        row.State, row.Outcome, row.Note, rule?.Label, rule?.Discount());

    private sealed class CreditRow
    {
        public long Amount { get; set; }

        public long Refunded { get; set; }
    }
}
