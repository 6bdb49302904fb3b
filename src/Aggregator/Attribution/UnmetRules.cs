using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Attribution;

/// <summary>Which rules gave nothing for a conversion, and why. Only explanations ask, so it is found anew from all that the customer did.</summary>
internal sealed class UnmetRules(LedgerBooks ledger)
{
    /// <summary>In the order of credits and rules. Nothing for what is credited to nobody.</summary>
    public IReadOnlyList<Unmet> Of(Session session, ProgramSet programs, StoredConversion row)
    {
        var customer = CustomerRecords.Load(session, [row.CustomerId]).Single();
        var conversions = customer.Conversions.Select(conversion => conversion.ToCredited()).ToList();
        var store = ledger.StoreOf(session, programs);
        var groups = store.GroupsOf([.. conversions.SelectMany(one => one.Credits).Select(credit => credit.PartnerId).OfType<long>().Distinct()]);
        var unmet = new List<Unmet>();
        var dues = new RewardPlan(programs, groups, store.Rates).Of(new CustomerAccount(customer.Row.Id, customer.Row.IsTest, conversions), unmet);

        // What a person made for the invoice takes the place of what its partner would have by rule.
        var made = store.MadeFor([conversions.Single(one => one.Id == row.Id).Key]).Value.Select(one => (one.ProgramId, one.PartnerId)).ToHashSet();
        return
        [
            .. unmet.Where(one => one.Conversion.Id == row.Id),
            .. dues.Where(due => due.Conversion.Id == row.Id && due.Rule.Side == Due.Referrer && made.Contains((due.Program.Id, due.PartnerId)))
                .Select(due => new Unmet(due.Conversion, due.PartnerId, due.Rule, UnmetReasons.MadeByHand)),
        ];
    }
}
