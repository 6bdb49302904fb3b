using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Api;

/// <summary>Every route stands here; a new one without a row fails.</summary>
public class RouteKeyTests
{
    private static readonly string[] Open = ["GET /healthz", "GET /readyz", "GET /openapi.json", "GET /qr"];

    private static readonly string[] Closed =
    [
        "GET /stats", "GET /quarantine", "POST /quarantine/replay",
        "POST /links", "GET /links", "GET /links/count", "GET /links/info", "PUT /links/upsert", "PATCH /links/{linkId}", "DELETE /links/{linkId}",
        "POST /links/bulk", "PATCH /links/bulk", "DELETE /links/bulk",
        "POST /links/import", "GET /links/import/{id}",
        "POST /track/lead", "POST /track/sale", "POST /track/event", "POST /track/refund", "POST /track/cancellation",
        "GET /customers", "GET /customers/{id}", "POST /customers", "POST /customers/import", "PATCH /customers/{id}", "DELETE /customers/{id}",
        "GET /analytics", "GET /events",
        "GET /conversions", "GET /refunds", "GET /conversions/{id}/explanation", "POST /programs/{id}/simulate",
        "GET /fraud/cases", "GET /fraud/cases/{id}", "POST /fraud/cases/{id}/resolve", "GET /fraud/rules", "POST /programs/{id}/fraud/preview",
        "GET /commissions", "POST /commissions", "PATCH /commissions/{id}", "PATCH /commissions/bulk", "POST /commissions/approve",
        "GET /payouts", "POST /payouts", "POST /payouts/{id}/confirm", "POST /payouts/{id}/fail", "GET /payouts/batches/{id}", "GET /payouts/batches/{id}/export",
        "GET /partners/{id}/statement", "GET /ledger/balances", "GET /ledger/postings", "GET /rewards", "GET /rewards/waiting", "POST /rewards/{id}/fulfil",
        "POST /webhooks", "GET /webhooks", "GET /webhooks/{id}", "PATCH /webhooks/{id}", "DELETE /webhooks/{id}", "POST /webhooks/{id}/rotate",
        "GET /webhooks/{id}/deliveries", "POST /webhooks/{id}/deliveries/{deliveryId}/retry",
        "POST /partners", "GET /partners", "POST /partners/links", "PUT /partners/links/upsert", "GET /partners/links",
        "PUT /exchange-rates", "GET /exchange-rates",
        "GET /reports/partners", "GET /reports/leaderboard", "GET /reports/metrics", "GET /partners/{id}/referred",
        "POST /partners/ban", "POST /partners/deactivate", "POST /partners/reactivate", "GET /partners/analytics", "GET /partners/{id}/share-links",
        "POST /programs", "GET /programs", "GET /programs/{id}", "PATCH /programs/{id}", "GET /programs/{id}/versions",
        "PUT /programs/{id}/partners/{partnerId}", "GET /programs/{id}/partners/{partnerId}",
        "POST /programs/{id}/eligibility/preview", "GET /programs/{id}/eligibility/{customerId}", "POST /programs/{id}/contacts",
        "GET /codes/check", "POST /discount-codes", "GET /discount-codes", "DELETE /discount-codes/{idOrCode}",
    ];

    [Fact]
    public async Task Every_route_is_in_the_table()
    {
        await using var server = await AggregatorServer.StartAsync();
        var routes = server.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(route => (route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => $"{method} /{route.RoutePattern.RawText!.Trim('/')}"));
        Assert.Equal(Open.Concat(Closed).Order(), routes.Order());
    }

    [Fact]
    public async Task Without_a_key_or_with_a_wrong_one_every_closed_route_answers_401()
    {
        await using var server = await AggregatorServer.StartAsync();
        foreach (var route in Closed.Append("GET /nothing/here"))
        {
            var (method, path) = (new HttpMethod(route.Split(' ')[0]), route.Split(' ')[1]);
            foreach (var key in new[] { null, "wrong", AggregatorServer.Key + "x", AggregatorServer.Key[..^1] })
            {
                var reply = await server.SendAsync(method, path, method == HttpMethod.Get ? null : "{}", key);
                reply.Refused(401, "unauthorized");
            }
        }
    }

    [Fact]
    public async Task Open_routes_answer_without_a_key()
    {
        await using var server = await AggregatorServer.StartAsync();
        foreach (var route in Open)
        {
            Assert.Equal(200, (int)(await server.GetAsync(route.Split(' ')[1] + "?url=https://a.example", key: null)).Status);
        }
    }

    [Theory]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData("Bearer")]
    [InlineData("test-key-of-sixteen-or-more")]
    public async Task A_malformed_header_answers_400(string header)
    {
        await using var server = await AggregatorServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/links");
        request.Headers.TryAddWithoutValidation("Authorization", header);
        using var response = await server.Client.SendAsync(request);
        new Reply(response.StatusCode, await response.Content.ReadAsStringAsync()).Refused(400, "bad_request");
    }
}
