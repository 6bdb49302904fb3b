using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Partners;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Value;

/// <summary>Who a referrer brought, and what they bought.</summary>
internal sealed class ReferredApi(Database database, TimeProvider clock)
{
    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<ReferredApi>(services);
        routes.MapGet("/partners/{id}/referred", api.List).WithTags("Reports").WithName("listReferredCustomers");
    }

    private ReferredAnswer List(string id, string? customerId, int? page, int? pageSize, string? startingAfter, string? endingBefore)
    {
        var part = Page.Of(page, pageSize, startingAfter, endingBefore, EntityId.Customer);
        var isOne = !string.IsNullOrEmpty(customerId);
        if (isOne && (part.After ?? part.Before) is not null)
        {
            throw ApiError.Unprocessable("customerId: its purchases are read by page and pageSize, without startingAfter and endingBefore.");
        }

        return database.Read(session =>
        {
            var partner = PartnerStore.Get(session, id, null).Id;
            var customers = isOne ? ReferredReport.Of(session, partner, CustomerOf(customerId!), part) : ReferredReport.List(session, partner, part);
            return new ReferredAnswer(Fields.Time(clock.GetUtcNow().ToUnixTimeMilliseconds()), MetricDictionary.Version, EntityId.Format(EntityId.Partner, partner), customers);
        });
    }

    private static long CustomerOf(string text) => EntityId.TryParse(EntityId.Customer, text, out var id)
        ? id
        : throw ApiError.Unprocessable($"customerId: must be an id such as {EntityId.Format(EntityId.Customer, 1)}.");
}
