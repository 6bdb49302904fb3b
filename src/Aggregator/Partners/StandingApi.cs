using System.ComponentModel.DataAnnotations;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Partners;

/// <summary>Stops partners and lets them go on.</summary>
internal sealed class StandingApi(Database database, PartnerStanding standing)
{
    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<StandingApi>(services);
        var group = routes.MapGroup("/partners").WithTags("Partners");
        group.MapPost("/ban", api.BanAsync).WithName("banPartner");
        group.MapPost("/deactivate", api.DeactivateAsync).WithName("deactivatePartner");
        group.MapPost("/reactivate", api.ReactivateAsync).WithName("reactivatePartner");
    }

    private Task<ChangedPartner> BanAsync(Body<BanRequest> body, CancellationToken cancellation)
    {
        var reason = Fields.OneOf(
            Fields.Required(body.Value.Reason, "reason", 100), "reason", "tos_violation", "inappropriate_content", "fake_traffic", "fraud", "spam", "brand_abuse");
        return SetAsync(body.Value, PartnerStatus.Banned, reason, cancellation);
    }

    private Task<ChangedPartner> DeactivateAsync(Body<NamedPartner> body, CancellationToken cancellation) =>
        SetAsync(body.Value, PartnerStatus.Deactivated, null, cancellation);

    private Task<ChangedPartner> ReactivateAsync(Body<NamedPartner> body, CancellationToken cancellation) =>
        SetAsync(body.Value, PartnerStatus.Approved, null, cancellation);

    private Task<ChangedPartner> SetAsync(NamedPartner named, string status, string? reason, CancellationToken cancellation) => database.WriteAsync(
        session =>
        {
            var partner = PartnerStore.Get(session, named.PartnerId, named.TenantId);
            standing.Set(session, partner, status, reason);
            return new ChangedPartner(EntityId.Format(EntityId.Partner, partner.Id));
        },
        cancellation);
}

internal class NamedPartner
{
    public string? PartnerId { get; set; }

    public string? TenantId { get; set; }
}

internal sealed class BanRequest : NamedPartner
{
    /// <summary>tos_violation, inappropriate_content, fake_traffic, fraud, spam or brand_abuse.</summary>
    [Required]
    public string? Reason { get; set; }
}

internal sealed record ChangedPartner(string PartnerId);
