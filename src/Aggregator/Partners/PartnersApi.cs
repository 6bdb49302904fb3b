using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Partners;

/// <summary>Partners and their links.</summary>
internal sealed class PartnersApi(Database database, IdempotentCalls calls, PartnerStore store, PartnerPresenter partners, LinkStore links, LinkPresenter presenter)
{
    private const int MaxPageOfLinks = 1_000;

    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<PartnersApi>(services);
        var group = routes.MapGroup("/partners").WithTags("Partners");
        group.MapPost("", api.CreateAsync).WithName("createPartner").Produces<PartnerResponse>(StatusCodes.Status201Created);
        group.MapGet("", api.List).WithName("listPartners");
        group.MapPost("/links", api.CreateLinkAsync).WithName("createPartnerLink").Produces<LinkResponse>(StatusCodes.Status201Created);
        group.MapPut("/links/upsert", api.UpsertLinkAsync).WithName("upsertPartnerLink");
        group.MapGet("/links", api.Links).WithName("retrievePartnerLinks");
    }

    private Task<IResult> CreateAsync(Body<PartnerRequest> body, HttpContext context) => calls.RunAsync(context, body.Bytes, StatusCodes.Status201Created, session =>
    {
        var row = store.Create(session, body.Value);
        if (LinkBody(body.Value.LinkProps, row, []) is var first && !string.IsNullOrEmpty(first.Value.Url))
        {
            links.Create(session, first);
        }

        return partners.Present(session, row);
    });

    private IReadOnlyList<PartnerResponse> List([AsParameters] PartnerFilter filter) => database.Read(session => partners.List(session, filter));

    private Task<IResult> CreateLinkAsync(Body<PartnerLinkRequest> body, HttpContext context) => calls.RunAsync(context, body.Bytes, StatusCodes.Status201Created, session =>
    {
        var partner = PartnerStore.Get(session, body.Value.PartnerId, body.Value.TenantId);
        return presenter.Present(session, links.Create(session, LinkBody(body.Value, partner)));
    });

    private Task<LinkResponse> UpsertLinkAsync(Body<PartnerLinkRequest> body, CancellationToken cancellation) => database.WriteAsync(
        session =>
        {
            var partner = PartnerStore.Get(session, body.Value.PartnerId, body.Value.TenantId);
            return presenter.Present(session, links.Upsert(session, LinkBody(body.Value, partner), partner.Id));
        },
        cancellation);

    private IReadOnlyList<PartnerLinkResponse> Links(string? partnerId, string? tenantId, int? page, int? pageSize)
    {
        var size = Fields.Between(pageSize ?? MaxPageOfLinks, "pageSize", 1, MaxPageOfLinks);
        var offset = (Fields.Between(page ?? 1, "page", 1, int.MaxValue) - 1) * size;
        return database.Read(session => partners.LinksOf(session, PartnerStore.Get(session, partnerId, tenantId).Id, size, offset));
    }

    private static Body<LinkRequest> LinkBody(PartnerLinkRequest request, PartnerRow partner)
    {
        var fields = new JsonObject();
        foreach (var (name, value) in new[] { ("url", request.Url), ("domain", request.Domain), ("key", request.Key), ("comments", request.Comments), ("programId", request.ProgramId) })
        {
            if (value is not null)
            {
                fields[name] = value;
            }
        }

        return LinkBody(request.LinkProps, partner, fields);
    }

    // The fields at the top win over those of linkProps, and the partner over both.
    private static Body<LinkRequest> LinkBody(JsonElement? properties, PartnerRow partner, JsonObject fields)
    {
        if (properties is { ValueKind: JsonValueKind.Object } more)
        {
            foreach (var property in more.EnumerateObject().Where(property => !fields.ContainsKey(property.Name)))
            {
                fields[property.Name] = JsonNode.Parse(property.Value.GetRawText());
            }
        }
        else if (properties is { ValueKind: not JsonValueKind.Null })
        {
            throw ApiError.Unprocessable("linkProps: must be an object.");
        }

        fields["partnerId"] = EntityId.Format(EntityId.Partner, partner.Id);
        if (partner.TenantId is not null)
        {
            fields.TryAdd("tenantId", partner.TenantId);
        }

        return Body<LinkRequest>.Parse(Encoding.UTF8.GetBytes(fields.ToJsonString(ApiJson.Options)));
    }
}
