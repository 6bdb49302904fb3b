using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Webhooks;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>What webhooks are told of a payout.</summary>
/// <param name="Amount">Minor units of the currency.</param>
/// <param name="TraceId">Of the payment, by who made it; null until it is confirmed.</param>
internal sealed record PayoutEvent(string Id, string BatchId, string ProgramId, string PartnerId, long Amount, string Currency, string Status, string? TraceId)
{
    /// <param name="type">As in <see cref="WebhookEvent.Type"/>.</param>
    public static WebhookEvent Of(string type, PayoutRow row)
    {
        var id = EntityId.Format(EntityId.Payout, row.Id);
        return new WebhookEvent(type, id, new PayoutEvent(
            id,
            EntityId.Format(EntityId.PayoutBatch, row.BatchId),
            EntityId.Format(EntityId.Program, row.ProgramId),
            EntityId.Format(EntityId.Partner, row.PartnerId),
            row.Amount,
            row.Unit,
            row.Status,
            row.Reference));
    }
}
