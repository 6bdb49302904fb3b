using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>Writes what one transaction changed in the ledger, table by table.</summary>
internal static class LedgerStatements
{
    private static readonly RowWriter<CommissionRow> Commissions = new RowWriter<CommissionRow>("commissions", "id")
        .Number("id", row => row.Id)
        .Number("program_id", row => row.ProgramId)
        .Number("rule_version", row => row.RuleVersion)
        .Text("reward_id", row => row.RewardId)
        .Text("side", row => row.Side)
        .Text("type", row => row.Type)
        .Text("unit", row => row.Unit)
        .Number("partner_id", row => row.PartnerId)
        .Number("customer_id", row => row.CustomerId)
        .Number("conversion_id", row => row.ConversionId)
        .Number("link_id", row => row.LinkId)
        .Text("order_key", row => row.OrderKey)
        .Number("basis", row => row.Basis)
        .Number("quantity", row => row.Quantity)
        .Text("shares", row => row.Shares)
        .Number("due", row => row.Due)
        .Number("granted", row => row.Granted)
        .Number("sold", row => row.Sold)
        .Number("refunded", row => row.Refunded)
        .Text("basis_left", row => row.BasisLeft)
        .Number("earnings", row => row.Earnings)
        .Number("settled", row => row.Settled)
        .Text("state", row => row.State)
        .Text("outcome", row => row.Outcome)
        .Text("decided", row => row.Decided)
        .Number("decided_from", row => row.DecidedFrom)
        .Number("is_checked", row => row.IsChecked ? 1 : 0)
        .Number("is_test", row => row.IsTest ? 1 : 0)
        .Number("occurred_at", row => row.OccurredAt)
        .Number("available_at", row => row.AvailableAt)
        .Number("approved_at", row => row.ApprovedAt)
        .Number("payout_id", row => row.PayoutId)
        .Text("note", row => row.Note)
        .Text("invoice_id", row => row.InvoiceId)
        .Text("event_name", row => row.EventName)
        .Text("metadata", row => row.Metadata)
        .Number("version", row => row.Version)
        .Number("created_at", row => row.CreatedAt)
        .Number("updated_at", row => row.UpdatedAt);

    private static readonly RowWriter<PostingRow> Postings = new RowWriter<PostingRow>("postings", "position")
        .Number("position", row => row.Position)
        .Text("kind", row => row.Kind)
        .Number("program_id", row => row.ProgramId)
        .Text("owner_kind", row => row.OwnerKind)
        .Number("owner_id", row => row.OwnerId)
        .Text("unit", row => row.Unit)
        .Number("amount", row => row.Amount)
        .Text("debit", row => row.Debit)
        .Text("credit", row => row.Credit)
        .Number("commission_id", row => row.CommissionId)
        .Text("cause", row => row.Cause)
        .Number("rule_version", row => row.RuleVersion)
        .Number("occurred_at", row => row.OccurredAt)
        .Number("posted_at", row => row.PostedAt)
        .Number("is_test", row => row.IsTest ? 1 : 0);

    private static readonly RowWriter<RewardTotalRow> Totals = new RowWriter<RewardTotalRow>("reward_totals", "program_id", "reward_id", "partner_id", "period", "starts_at")
        .Number("program_id", row => row.ProgramId)
        .Text("reward_id", row => row.RewardId)
        .Number("partner_id", row => row.PartnerId)
        .Text("period", row => row.Period)
        .Number("starts_at", row => row.StartsAt)
        .Number("conversions", row => row.Conversions)
        .Number("revenue", row => row.Revenue)
        .Number("due", row => row.Due)
        .Number("earnings", row => row.Earnings);

    // What is added, not what comes out: no balance has to be read for it.
    private static readonly RowWriter<KeyValuePair<BalanceKey, long>> Balances = new RowWriter<KeyValuePair<BalanceKey, long>>("balances", "program_id", "owner_kind", "owner_id", "account", "unit")
        .Number("program_id", balance => balance.Key.ProgramId)
        .Text("owner_kind", balance => balance.Key.OwnerKind)
        .Number("owner_id", balance => balance.Key.OwnerId)
        .Text("account", balance => balance.Key.Account)
        .Text("unit", balance => balance.Key.Unit)
        .Sum("amount", balance => balance.Value);

    public static void Write(Session session, IReadOnlyCollection<CommissionRow> commissions, IReadOnlyCollection<RewardTotalRow> totals, Journal journal)
    {
        Commissions.Upsert(session, commissions);
        Totals.Upsert(session, totals);
        Postings.Insert(session, journal.Postings);
        Balances.Upsert(session, [.. journal.Balances.Where(balance => balance.Value != 0)]);
    }
}
