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
    public IReadOnlyList<Unmet> Of(Session session, StoredConversion row)
    {
        var customer = CustomerRecords.Load(session, [row.CustomerId]).Single();
        var conversions = customer.Conversions.Select(conversion => conversion.ToCredited()).ToList();
        long[] partners = [.. conversions.SelectMany(one => one.Credits).Select(credit => credit.PartnerId).OfType<long>().Distinct()];
        var (plan, made) = ledger.Plan(session, partners, [row.CustomerId], [conversions.Single(one => one.Id == row.Id).Key]);
        var unmet = new List<Unmet>();
        var dues = plan.Of(new CustomerAccount(customer.Row.Id, customer.Row.IsTest, conversions), unmet);

        // What a person made takes the place of what its partner would have by rule.
        return
        [
            .. unmet.Where(one => one.Conversion.Id == row.Id),
            .. dues.Where(due => due.Conversion.Id == row.Id && made.Has(due)).Select(due => new Unmet(due.Conversion, due.PartnerId, due.Rule, UnmetReasons.MadeByHand)),
        ];
    }
}
