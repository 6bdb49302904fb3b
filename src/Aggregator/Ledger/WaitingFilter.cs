using Dapper;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Money;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>The query parameters that choose sales whose rewards wait for an exchange rate.</summary>
internal sealed class WaitingFilter
{
    public string? ProgramId { get; set; }

    public string? PartnerId { get; set; }

    public string? CustomerId { get; set; }

    /// <summary>The sale's, not the program's.</summary>
    public string? Currency { get; set; }

    /// <summary>Those of test mode instead of the others.</summary>
    public bool? TestMode { get; set; }

    public int? Page { get; set; }

    public int? PageSize { get; set; }

    public Page ToPage() => Api.Page.Of(Page, PageSize, null, null, EntityId.Sale);

    public (string Where, DynamicParameters Arguments) Where()
    {
        var conditions = new Conditions(" AND s.is_test = @isTest", new { isTest = TestMode == true ? 1 : 0 });
        conditions.Add("s.program_id = @inProgram", "inProgram", EntityId.Filter(EntityId.Program, ProgramId));
        conditions.Add("EXISTS (SELECT 1 FROM credits o WHERE o.conversion_id = s.id AND o.partner_id = @partner)", "partner", EntityId.Filter(EntityId.Partner, PartnerId));
        conditions.Add("s.customer_id = @customer", "customer", EntityId.Filter(EntityId.Customer, CustomerId));
        conditions.Add("s.currency = @currency", "currency", Fields.Given(Currency) is { } currency ? Currencies.Check(currency) : null);
        return (conditions.Where, conditions.Arguments);
    }
}
