using System.Text.Json.Nodes;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Aggregator.Tests.Api;

public sealed class ApiErrorMiddlewareTests
{
    [Theory]
    [InlineData(false, false, "The database cannot be reached now.")]
    [InlineData(false, true, "This took too long and was given up.")]
    [InlineData(true, false, "The database was lost while it stored this:")]
    public async Task A_database_that_cannot_be_used_is_told_by_what_to_do_about_it(bool mayBeStored, bool tookTooLong, string message)
    {
        var middleware = new ApiErrorMiddleware(
            _ => throw new StoreUnavailableException("why", mayBeStored: mayBeStored, tookTooLong: tookTooLong), NullLogger<ApiErrorMiddleware>.Instance);
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { Response = { Body = body } };

        await middleware.InvokeAsync(context);

        Assert.Equal((503, "5"), (context.Response.StatusCode, context.Response.Headers.RetryAfter.ToString()));
        var error = JsonNode.Parse(body.ToArray())!["error"]!;
        Assert.Equal("service_unavailable", error["code"]!.GetValue<string>());
        Assert.StartsWith(message, error["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }
}
