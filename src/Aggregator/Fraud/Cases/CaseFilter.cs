using Dapper;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Fraud.Cases;

/// <summary>The query parameters that choose cases.</summary>
internal sealed class CaseFilter
{
    public string? ProgramId { get; set; }

    public string? PartnerId { get; set; }

    /// <summary>Code of a rule.</summary>
    public string? Rule { get; set; }

    /// <summary><c>open</c>, <c>confirmed</c> or <c>dismissed</c>.</summary>
    public string? Status { get; set; }

    public int? Page { get; set; }

    public int? PageSize { get; set; }

    public string? StartingAfter { get; set; }

    public string? EndingBefore { get; set; }

    public Page ToPage() => Api.Page.Of(Page, PageSize, StartingAfter, EndingBefore, EntityId.FraudCase);

    public (string Where, DynamicParameters Arguments) Where()
    {
        var arguments = new DynamicParameters();
        var where = "1 = 1";
        Add("k.program_id = @program", "program", EntityId.Filter(EntityId.Program, ProgramId));
        Add("k.partner_id = @partner", "partner", EntityId.Filter(EntityId.Partner, PartnerId));
        Add("k.rule = @rule", "rule", string.IsNullOrEmpty(Rule) ? null : Fields.OneOf(Rule, "rule", [.. FraudRuleBook.ByCode.Keys]));
        Add("k.status = @status", "status", string.IsNullOrEmpty(Status) ? null : Fields.OneOf(Status, "status", CaseStatus.Open, CaseStatus.Confirmed, CaseStatus.Dismissed));
        return (where, arguments);

        void Add(string condition, string name, object? value)
        {
            if (value is not null)
            {
                where += " AND " + condition;
                arguments.Add(name, value);
            }
        }
    }
}
