using Microsoft.AspNetCore.Authorization;

namespace LinkTracker.Aggregator.Api;

/// <summary>Lets a request through only with the key, except to endpoints that are marked as open to everybody.</summary>
internal sealed class ApiKeyMiddleware(RequestDelegate next, ApiKeys keys)
{
    private const string Scheme = "Bearer ";

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is null)
        {
            Check(context.Request.Headers.Authorization.ToString());
        }

        return next(context);
    }

    private void Check(string header)
    {
        if (header.Length == 0)
        {
            throw ApiError.Unauthorized("An API key is needed: send the header Authorization: Bearer <key>.");
        }

        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || header.Length == Scheme.Length)
        {
            throw ApiError.BadRequest("The Authorization header must be: Bearer <key>.");
        }

        if (!keys.IsValid(header[Scheme.Length..].Trim()))
        {
            throw ApiError.Unauthorized("The API key is not known here.");
        }
    }
}
