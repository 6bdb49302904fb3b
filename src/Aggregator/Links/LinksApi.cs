using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Links;

/// <summary>Links one at a time.</summary>
internal sealed class LinksApi(Database database, IdempotentCalls calls, LinkStore links, LinkPresenter presenter, Settings settings)
{
    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<LinksApi>(services);
        var group = routes.MapGroup("/links").WithTags("Links");
        group.MapPost("", api.CreateAsync).WithName("createLink").Produces<LinkResponse>();
        group.MapGet("", api.List).WithName("listLinks");
        group.MapGet("/count", api.Count).WithName("countLinks").Produces<long>();
        group.MapGet("/info", api.Info).WithName("getLink");
        group.MapPut("/upsert", api.UpsertAsync).WithName("upsertLink");
        group.MapPatch("/{linkId}", api.UpdateAsync).WithName("updateLink").Takes(LinkUpdate.DescribeAsync);
        group.MapDelete("/{linkId}", api.DeleteAsync).WithName("deleteLink");
    }

    private Task<IResult> CreateAsync(Body<LinkRequest> body, HttpContext context) =>
        calls.RunAsync(context, body.Bytes, StatusCodes.Status200OK, session => presenter.Present(session, links.Create(session, body)));

    private IReadOnlyList<LinkResponse> List([AsParameters] LinkFilter filter) =>
        database.Read(session => presenter.Present(session, filter.List(session)));

    // A bare number, unless groups were asked for.
    private IResult Count([AsParameters] LinkFilter filter) => filter.GroupBy switch
    {
        null or "" => Results.Json(database.Read(filter.Count), ApiJson.Options),
        "domain" => Results.Json(database.Read(filter.CountByDomain), ApiJson.Options),
        _ => throw ApiError.Unprocessable("groupBy: this version groups by domain only."),
    };

    private LinkResponse Info(string? domain, string? key, string? linkId, string? externalId) => database.Read(session =>
    {
        if (!string.IsNullOrEmpty(linkId))
        {
            return presenter.Present(session, LinkStore.Get(session, linkId));
        }

        if (!string.IsNullOrEmpty(externalId))
        {
            var prefixed = externalId.StartsWith("ext_", StringComparison.Ordinal) ? externalId : "ext_" + externalId;
            return presenter.Present(session, LinkStore.Get(session, prefixed));
        }

        if (string.IsNullOrEmpty(key))
        {
            throw ApiError.Unprocessable("linkId: is needed, or externalId, or domain and key.");
        }

        var on = string.IsNullOrEmpty(domain) ? settings.DefaultDomain : domain.ToLowerInvariant();
        var row = LinkStore.Find(session, on, key) ?? throw ApiError.NotFound($"There is no link {key} on {on}.");
        return presenter.Present(session, row);
    });

    private Task<LinkResponse> UpsertAsync(Body<LinkRequest> body, CancellationToken cancellation) =>
        database.WriteAsync(session => presenter.Present(session, links.Upsert(session, body)), cancellation);

    private Task<LinkResponse> UpdateAsync(string linkId, Body<LinkRequest> body, CancellationToken cancellation) => database.WriteAsync(
        session =>
        {
            var row = LinkStore.Get(session, linkId);
            links.Update(session, row, body);
            return presenter.Present(session, row);
        },
        cancellation);

    private Task<DeletedLink> DeleteAsync(string linkId, CancellationToken cancellation) => database.WriteAsync(
        session =>
        {
            var row = LinkStore.Get(session, linkId);
            links.Delete(session, row);
            return new DeletedLink(EntityId.Format(EntityId.Link, row.Id));
        },
        cancellation);
}
