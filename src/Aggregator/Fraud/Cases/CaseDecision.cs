using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Fraud.Cases;

/// <summary>What a person decides on a case.</summary>
internal sealed class CaseDecision(CaseEffects effects, TimeProvider clock)
{
    /// <exception cref="ApiError">404, 409 when it was decided before, 422 naming the field.</exception>
    public void Resolve(Session session, string id, ResolveRequest request)
    {
        var decision = Fields.OneOf(request.Decision ?? "", "decision", CaseStatus.Confirmed, CaseStatus.Dismissed);
        var note = Fields.Required(request.Note, "note", 2_000);
        var who = Fields.Text(request.ResolvedBy, "resolvedBy", 100) ?? "api";
        EntityId.TryParse(EntityId.FraudCase, id, out var caseId);
        var row = session.First<CaseRow>("SELECT * FROM fraud_cases WHERE id = @caseId", new { caseId }) ?? throw CasePresenter.NotFound(id);
        if (row.Status != CaseStatus.Open)
        {
            throw ApiError.Conflict($"decision: {row.ResolvedBy} has {row.Status} this case already.");
        }

        // First the decision: what is asked of a commission depends on the status of its cases.
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        session.Execute(
            "UPDATE fraud_cases SET status = @decision, note = @note, resolved_by = @who, resolved_at = @now, updated_at = @now WHERE id = @caseId",
            new { decision, note, who, now, caseId });
        if (row.IsShadow)
        {
            return;
        }

        if (decision == CaseStatus.Confirmed)
        {
            effects.Reject(session, caseId, now);
        }
        else
        {
            effects.Release(session, caseId, now);
        }
    }
}
