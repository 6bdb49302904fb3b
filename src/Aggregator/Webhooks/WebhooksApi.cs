using System.Globalization;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Webhooks;

/// <summary>Who is told of what happens, and how that went.</summary>
internal sealed class WebhooksApi(Database database, IdempotentCalls calls, WebhookStore store, WebhookSecrets secrets, TimeProvider clock)
{
    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<WebhooksApi>(services);
        var group = routes.MapGroup("/webhooks").WithTags("Webhooks");
        group.MapPost("", api.CreateAsync).WithName("createWebhook").Produces<WebhookAnswer>(StatusCodes.Status201Created);
        group.MapGet("", api.List).WithName("listWebhooks");
        group.MapGet("/{id}", api.Get).WithName("getWebhook");
        group.MapPatch("/{id}", api.UpdateAsync).WithName("updateWebhook");
        group.MapDelete("/{id}", api.DeleteAsync).WithName("deleteWebhook");
        group.MapPost("/{id}/rotate", api.RotateAsync).WithName("rotateWebhookSecret");
        group.MapGet("/{id}/deliveries", api.Deliveries).WithName("listWebhookDeliveries");
        group.MapPost("/{id}/deliveries/{deliveryId}/retry", api.RetryAsync).WithName("retryWebhookDelivery");
    }

    private async Task<IResult> CreateAsync(Body<WebhookRequest> body, HttpContext context) => Results.Json(
        await calls.RunAsync(context, body.Bytes, session => EntityId.Format(EntityId.Webhook, store.Create(session, body.Value).Id), (session, made) => Shown(session, made, 1)),
        ApiJson.Options,
        statusCode: StatusCodes.Status201Created);

    private IReadOnlyList<WebhookAnswer> List() => database.Read<IReadOnlyList<WebhookAnswer>>(session => [.. WebhookStore.All(session).Select(row => row.ToAnswer())]);

    private WebhookAnswer Get(string id) => database.Read(session => WebhookStore.Get(session, id).ToAnswer());

    private Task<WebhookAnswer> UpdateAsync(string id, Body<WebhookRequest> body, CancellationToken cancellation) =>
        database.WriteAsync(session => store.Update(session, id, body).ToAnswer(), cancellation);

    private Task<WebhookAnswer> DeleteAsync(string id, CancellationToken cancellation) =>
        database.WriteAsync(session => WebhookStore.Delete(session, id).ToAnswer(), cancellation);

    // A secret that nobody was told, because its answer was lost, would end the one that the receiver knows: a repeat with the same key shows it again.
    private Task<WebhookAnswer> RotateAsync(string id, HttpContext context) => calls.RunAsync(
        context,
        ReadOnlyMemory<byte>.Empty,
        session => store.Rotate(session, id).Generation.ToString(CultureInfo.InvariantCulture),
        (session, generation) => Shown(session, id, long.Parse(generation, CultureInfo.InvariantCulture)));

    private WebhookAnswer Shown(Session session, string id, long generation)
    {
        var row = WebhookStore.Get(session, id);
        row.Generation = generation;
        return row.ToAnswer(secrets.Shown(row));
    }

    private IReadOnlyList<DeliveryAnswer> Deliveries(string id, int? page, int? pageSize, string? startingAfter, string? endingBefore) =>
        database.Read<IReadOnlyList<DeliveryAnswer>>(session =>
        {
            var part = Page.Of(page, pageSize, startingAfter, endingBefore, EntityId.Delivery);
            return [.. DeliveryStore.List(session, WebhookStore.Get(session, id).Id, part).Select(row => row.ToAnswer())];
        });

    private Task<DeliveryAnswer> RetryAsync(string id, string deliveryId, CancellationToken cancellation) => database.WriteAsync(
        session => DeliveryStore.Retry(session, WebhookStore.Get(session, id).Id, deliveryId, clock.GetUtcNow().ToUnixTimeMilliseconds()).ToAnswer(), cancellation);
}
