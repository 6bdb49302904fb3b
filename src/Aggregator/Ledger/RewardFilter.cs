using Dapper;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>The query parameters that choose rewards.</summary>
internal sealed class RewardFilter
{
    /// <summary><c>referrer</c> or <c>friend</c>.</summary>
    public string? Side { get; set; }

    /// <summary><c>pending</c>, <c>hold</c>, <c>payable</c> or <c>fulfilled</c>.</summary>
    public string? Status { get; set; }

    public string? CustomerId { get; set; }

    public string? PartnerId { get; set; }

    public string? ProgramId { get; set; }

    /// <summary><c>waiting</c>: only those that a person has to approve.</summary>
    public string? Approval { get; set; }

    public bool? TestMode { get; set; }

    public int? Page { get; set; }

    public int? PageSize { get; set; }

    public string? StartingAfter { get; set; }

    public string? EndingBefore { get; set; }

    public (string Where, DynamicParameters Arguments) Where()
    {
        var conditions = new Conditions(" AND c.is_test = @isTest", new { isTest = TestMode == true ? 1 : 0 });
        conditions.Add("c.side = @side", "side", string.IsNullOrEmpty(Side) ? null : Fields.OneOf(Side, "side", "referrer", "friend"));
        conditions.Add("c.customer_id = @customer", "customer", EntityId.Filter(EntityId.Customer, CustomerId));
        conditions.Add("c.partner_id = @partner", "partner", EntityId.Filter(EntityId.Partner, PartnerId));
        conditions.Add("c.program_id = @program", "program", EntityId.Filter(EntityId.Program, ProgramId));
        if (!string.IsNullOrEmpty(Status))
        {
            var state = Fields.OneOf(Status, "status", "pending", "hold", "payable", "fulfilled") switch
            {
                "hold" => Accounts.Held,
                "fulfilled" => Accounts.Paid,
                var same => same,
            };
            conditions.Add("c.outcome IS NULL AND c.state = @state", "state", state);
        }

        if (Fields.Given(Approval) is { } approval)
        {
            Fields.OneOf(approval, "approval", "waiting");
            conditions.Add(true, CommissionFilter.WaitsForApproval);
        }

        return (conditions.Where, conditions.Arguments);
    }
}
