using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>Writes what one transaction changed in the ledger, table by table.</summary>
internal static class LedgerStatements
{
    private static readonly string[] CommissionColumns =
    [
        "id", "program_id", "rule_version", "reward_id", "side", "type", "unit", "partner_id", "customer_id", "conversion_id", "link_id", "order_key",
        "basis", "quantity", "shares", "due", "granted", "sold", "refunded", "earnings", "state", "outcome", "decided", "is_checked", "is_test",
        "occurred_at", "available_at", "approved_at", "payout_id", "note", "version", "created_at", "updated_at",
    ];

    private static readonly string[] PostingColumns =
    [
        "position", "kind", "program_id", "owner_kind", "owner_id", "unit", "amount", "debit", "credit", "commission_id", "cause", "rule_version",
        "occurred_at", "posted_at", "is_test",
    ];

    private static readonly string[] TotalColumns =
        ["program_id", "reward_id", "partner_id", "period", "starts_at", "conversions", "revenue", "due", "earnings"];

    private static readonly string[] BalanceColumns = ["program_id", "owner_kind", "owner_id", "account", "unit", "amount"];

    private static readonly string UpsertCommission = Insert("commissions", CommissionColumns) + " ON CONFLICT (id) DO UPDATE SET "
        + string.Join(", ", CommissionColumns[1..].Select(column => $"{column} = excluded.{column}"));

    private static readonly string UpsertTotal = Insert("reward_totals", TotalColumns) + " ON CONFLICT (program_id, reward_id, partner_id, period, starts_at) DO UPDATE SET "
        + string.Join(", ", TotalColumns[5..].Select(column => $"{column} = excluded.{column}"));

    private static readonly string UpsertBalance = Insert("balances", BalanceColumns)
        + " ON CONFLICT (program_id, owner_kind, owner_id, account, unit) DO UPDATE SET amount = balances.amount + excluded.amount";

    public static void Write(Session session, IReadOnlyCollection<CommissionRow> commissions, IReadOnlyCollection<RewardTotalRow> totals, Journal journal)
    {
        session.ExecuteAll(UpsertCommission, CommissionColumns, commissions.Select(ValuesOf));
        session.ExecuteAll(UpsertTotal, TotalColumns, totals.Select(row => new object?[]
        {
            row.ProgramId, row.RewardId, row.PartnerId, row.Period, row.StartsAt, row.Conversions, row.Revenue, row.Due, row.Earnings,
        }));
        session.ExecuteAll(Insert("postings", PostingColumns), PostingColumns, journal.Postings.Select(ValuesOf));
        session.ExecuteAll(UpsertBalance, BalanceColumns, journal.Balances.Where(balance => balance.Value != 0).Select(balance => new object?[]
        {
            balance.Key.ProgramId, balance.Key.OwnerKind, balance.Key.OwnerId, balance.Key.Account, balance.Key.Unit, balance.Value,
        }));
    }

    private static string Insert(string table, string[] columns) =>
        $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select(column => "@" + column))})";

    private static object?[] ValuesOf(CommissionRow row) =>
    [
        row.Id, row.ProgramId, row.RuleVersion, row.RewardId, row.Side, row.Type, row.Unit, row.PartnerId, row.CustomerId, row.ConversionId, row.LinkId, row.OrderKey,
        row.Basis, row.Quantity, row.Shares, row.Due, row.Granted, row.Sold, row.Refunded, row.Earnings, row.State, row.Outcome, row.Decided, Flag(row.IsChecked), Flag(row.IsTest),
        row.OccurredAt, row.AvailableAt, row.ApprovedAt, row.PayoutId, row.Note, row.Version, row.CreatedAt, row.UpdatedAt,
    ];

    private static object?[] ValuesOf(PostingRow row) =>
    [
        row.Position, row.Kind, row.ProgramId, row.OwnerKind, row.OwnerId, row.Unit, row.Amount, row.Debit, row.Credit, row.CommissionId, row.Cause, row.RuleVersion,
        row.OccurredAt, row.PostedAt, Flag(row.IsTest),
    ];

    private static int Flag(bool value) => value ? 1 : 0;
}
