using System.ComponentModel.DataAnnotations;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Partners;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Codes;

/// <summary>Codes that partners' customers type at a till or a checkout.</summary>
internal sealed class DiscountCodesApi(Database database, IdempotentCalls calls, DiscountCodeStore codes, Settings settings)
{
    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<DiscountCodesApi>(services);
        var group = routes.MapGroup("/discount-codes").WithTags("Codes");
        group.MapPost("", api.CreateAsync).WithName("createDiscountCode").Produces<DiscountCodeResponse>();
        group.MapGet("", api.List).WithName("listDiscountCodes");
        group.MapDelete("/{idOrCode}", api.DeleteAsync).WithName("deleteDiscountCode");
    }

    private Task<IResult> CreateAsync(Body<DiscountCodeRequest> body, HttpContext context) =>
        calls.RunAsync(context, body.Bytes, StatusCodes.Status200OK, session => DiscountCodeResponse.Of(codes.Create(session, body.Value)));

    private IReadOnlyList<DiscountCodeResponse> List(string? partnerId, string? tenantId, string? discountId, int? page, int? pageSize)
    {
        var asked = Page.Of(page, pageSize, null, null, EntityId.DiscountCode);
        return database.Read<IReadOnlyList<DiscountCodeResponse>>(session =>
        {
            var partner = string.IsNullOrEmpty(partnerId) && string.IsNullOrEmpty(tenantId) ? (long?)null : PartnerStore.Get(session, partnerId, tenantId).Id;
            var rows = DiscountCodeStore.List(session, partner, string.IsNullOrEmpty(discountId) ? null : discountId, asked);
            return [.. rows.Select(DiscountCodeResponse.Of)];
        });
    }

    private Task<DeletedDiscountCode> DeleteAsync(string idOrCode, CancellationToken cancellation) => database.WriteAsync(
        session => new DeletedDiscountCode(EntityId.Format(EntityId.DiscountCode, codes.Delete(session, settings.DefaultDomain, idOrCode))), cancellation);
}

internal sealed class DiscountCodeRequest
{
    /// <summary>Made at random when it is left out.</summary>
    public string? Code { get; set; }

    public string? PartnerId { get; set; }

    public string? TenantId { get; set; }

    /// <summary>A live link of the partner; it may have many codes.</summary>
    [Required]
    public string? LinkId { get; set; }

    /// <summary>What the shop calls the discount behind the code.</summary>
    public string? DiscountId { get; set; }

    /// <summary>Where the code is handed out.</summary>
    public string? Channel { get; set; }
}

/// <param name="DisabledAt">Since when it credits nobody, because its link is disabled.</param>
internal sealed record DiscountCodeResponse(
    string Id, string Code, string? DiscountId, string PartnerId, string LinkId, string? Channel, string CreatedAt, string? DisabledAt)
{
    public static DiscountCodeResponse Of(DiscountCodeRow row) => new(
        EntityId.Format(EntityId.DiscountCode, row.Id), row.Code, row.DiscountId, EntityId.Format(EntityId.Partner, row.PartnerId),
        EntityId.Format(EntityId.Link, row.LinkId), row.Channel, Fields.Time(row.CreatedAt), Fields.Time(row.DisabledAt));
}

internal sealed record DeletedDiscountCode(string Id);
