using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>
/// For what a person gave referrers a commission: an invoice, or a customer's lead. When that is told they get none for it by rule, whatever
/// became of that one.
/// </summary>
internal sealed class MadeByHand(IEnumerable<CommissionRow> ofCustomers, IEnumerable<CommissionRow> ofInvoices)
{
    private readonly HashSet<(long Program, long Partner, long Customer)> _leads =
        [.. ofCustomers.Where(row => row is { RewardId: "", Type: "lead" }).Select(row => (row.ProgramId, row.PartnerId!.Value, row.CustomerId!.Value))];

    private readonly HashSet<(long Program, long Partner, string Key)> _invoices = [.. ofInvoices.Select(row => (row.ProgramId, row.PartnerId!.Value, row.OrderKey))];

    /// <summary>Whether it takes the place of what is due.</summary>
    public bool Has(Due due) => due.Rule.Side == Due.Referrer && Has(due.Program.Id, due.PartnerId, due.CustomerId, due.Conversion.Kind == FactKind.Lead, due.Conversion.Key);

    /// <param name="key">The business key of a sale.</param>
    public bool Has(long program, long partner, long customer, bool isLead, string key) =>
        isLead ? _leads.Contains((program, partner, customer)) : _invoices.Contains((program, partner, key));
}
