using System.Text.Json;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Programs;

/// <summary>Who may take part in a program, and why the others may not.</summary>
internal sealed class EligibilityApi(Database database, ProgramStore programs, CustomerTraits traits, TimeProvider clock)
{
    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<EligibilityApi>(services);
        var group = routes.MapGroup("/programs/{id}/eligibility").WithTags("Programs");
        group.MapPost("/preview", api.Preview).WithName("previewEligibility");
        group.MapGet("/{customerId}", api.Get).WithName("getEligibility");
    }

    private EligibilityPreview Preview(string id, Body<EligibilityPreviewRequest> body, CancellationToken cancellation)
    {
        var sent = body.Value;
        var page = Page.Of(sent.Page, sent.PageSize, null, null, EntityId.Customer);
        var criteria = sent.Criteria is { } own ? RulesText.Criteria(own, "criteria") : null;
        var named = sent.CustomerIds is null ? null : CustomerNames.Check(sent.CustomerIds);
        return database.Read(session =>
        {
            var now = Now;
            var program = programs.Get(session, id);
            var version = program.At(now);
            var preview = new EligibilitySurvey(criteria ?? version.Rules.Eligibility, page);
            preview.Add(session, traits, program, named is null ? null : CustomerNames.Find(session, program, named), now, cancellation);
            return preview.ToAnswer(program, criteria is null ? version.Number : null);
        });
    }

    private CustomerEligibility Get(string id, string customerId) => database.Read(session =>
    {
        var program = programs.Get(session, id);
        var now = Now;
        var customer = CustomerNames.Find(session, program, CustomerNames.Check([customerId]))[0];
        var known = traits.Read(session, "c.id = @customer", new { customer }, now)[0];
        return CustomerEligibility.Of(known, Eligibility.Failures(program.At(now).Rules.Eligibility, known.Attributes));
    });

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();
}

internal sealed class EligibilityPreviewRequest
{
    /// <summary>Only these, at most 1,000: ids on the wire, or <c>ext_</c> and the shop's own id. All customers when left out.</summary>
    public string[]? CustomerIds { get; set; }

    /// <summary>Criteria to try; those of the program's rules when left out.</summary>
    public JsonElement? Criteria { get; set; }

    public int? Page { get; set; }

    public int? PageSize { get; set; }
}

/// <param name="Version">Of the rules whose criteria these are; null: they came with the question.</param>
/// <param name="Customers">How many were looked at.</param>
/// <param name="IsComplete">False: there are more customers than are looked at in one answer, and the numbers are of the oldest ones.</param>
/// <param name="Failed">For each criterion how many customers fail it; one customer may fail many.</param>
/// <param name="Page">Customers one by one, the oldest first.</param>
internal sealed record EligibilityPreview(
    string ProgramId, int? Version, IReadOnlyList<Condition> Criteria, long Customers, long Eligible, bool IsComplete,
    IReadOnlyList<CriterionCount> Failed, IReadOnlyList<CustomerEligibility> Page);

internal sealed record CriterionCount(int Index, string Attribute, string Reason, long Customers);

internal sealed record CustomerEligibility(string CustomerId, string ExternalId, string? Name, bool Eligible, IReadOnlyList<FailedCriterion> Failed)
{
    public static CustomerEligibility Of(TraitsOfCustomer customer, IReadOnlyList<FailedCriterion> failed) => new(
        EntityId.Format(EntityId.Customer, customer.Id), customer.ExternalId, customer.Name, failed.Count == 0, failed);
}
