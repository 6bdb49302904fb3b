using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Fraud.Cases;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Fraud;

/// <summary>Cases, and the rules that make them.</summary>
internal sealed class FraudApi(Database database, ProgramStore programs, CasePresenter cases, CaseDecision decision, RulesReport rules, FraudPreview preview)
{
    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<FraudApi>(services);
        var group = routes.MapGroup("").WithTags("Fraud");
        group.MapGet("/fraud/cases", api.List).WithName("listFraudCases");
        group.MapGet("/fraud/cases/{id}", api.Get).WithName("getFraudCase");
        group.MapPost("/fraud/cases/{id}/resolve", api.ResolveAsync).WithName("resolveFraudCase");
        group.MapGet("/fraud/rules", api.Rules).WithName("listFraudRules");
        group.MapPost("/programs/{id}/fraud/preview", api.Preview).WithName("previewFraudRules");
    }

    private IReadOnlyList<CaseResponse> List([AsParameters] CaseFilter filter) => database.Read(session => cases.List(session, filter));

    private CaseDetails Get(string id, int? page, int? pageSize)
    {
        var part = Page.Of(page, pageSize, null, null, EntityId.FraudCase);
        return database.Read(session => cases.Get(session, id, part));
    }

    private Task<CaseDetails> ResolveAsync(string id, Body<ResolveRequest> body, CancellationToken cancellation) => database.WriteAsync(
        session =>
        {
            decision.Resolve(session, id, body.Value);
            return cases.Get(session, id, Page.Of(null, null, null, null, EntityId.FraudCase));
        },
        cancellation);

    private IReadOnlyList<RuleResponse> Rules(string? programId) => database.Read(session => rules.Of(session, Program(session, programId)));

    private PreviewAnswer Preview(string id, Body<FraudPreviewRequest> body) => database.Read(session => preview.Run(session, Program(session, id), body.Value));

    private ReferralProgram Program(Session session, string? id)
    {
        var all = programs.Load(session);
        if (string.IsNullOrEmpty(id))
        {
            return all.Default;
        }

        return EntityId.TryParse(EntityId.Program, id, out var number) && all.ById.TryGetValue(number, out var program)
            ? program
            : throw ApiError.NotFound($"There is no program {id}.");
    }
}
