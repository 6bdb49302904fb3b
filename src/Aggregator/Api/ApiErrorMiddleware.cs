using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Api;

/// <summary>Writes every failure of the API, expected or not, in the one envelope.</summary>
internal sealed partial class ApiErrorMiddleware(RequestDelegate next, ILogger<ApiErrorMiddleware> logger)
{
    // What a restart or a failover of a store takes at least.
    private const string RetrySeconds = "5";

    public async Task InvokeAsync(HttpContext context)
    {
        ApiError? error = null;
        try
        {
            RefuseNul(context.Request.QueryString.Value);
            await next(context);
            error = OfStatus(context);
        }
        catch (ApiError thrown)
        {
            error = thrown;
        }
        catch (BadHttpRequestException thrown)
        {
            error = OfBadRequest(thrown);
        }
        catch (StoreUnavailableException thrown)
        {
            Log.StoreUnavailable(logger, thrown.Message, context.Request.Method, context.GetEndpoint()?.DisplayName ?? "no endpoint");
            error = ApiError.Unavailable(thrown switch
            {
                { MayBeStored: true } => "The database was lost while it stored this: it may be stored or not. Look whether it is there before you send it again.",
                { TookTooLong: true } => "This took too long and was given up. Nothing was changed; ask for less, such as a shorter time, or try again in some seconds.",
                _ => "The database cannot be reached now. Nothing was changed; try again in some seconds.",
            });
        }
        catch (CountsException thrown)
        {
            Log.StoreUnavailable(logger, thrown.Message, context.Request.Method, context.GetEndpoint()?.DisplayName ?? "no endpoint");
            error = ApiError.Unavailable("The counts cannot be read now, or are being made anew. Nothing was changed; try again in some seconds.");
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone: there is nobody to tell.
            return;
        }
#pragma warning disable CA1031 // The last line of defence: whatever it was, the client gets the envelope and the log gets the cause.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            Log.RequestFailed(logger, thrown, context.Request.Method, context.GetEndpoint()?.DisplayName ?? "no endpoint");
            error = ApiError.Internal();
        }

        if (error is not null && !context.Response.HasStarted)
        {
            await WriteAsync(context, error);
        }
    }

    // Nothing that is stored has one, and PostgreSQL takes none even to look for.
    private static void RefuseNul(string? query)
    {
        if (query?.Contains("%00", StringComparison.Ordinal) == true)
        {
            throw ApiError.Unprocessable("A query parameter holds the character U+0000; remove it.");
        }
    }

    private static ApiError OfBadRequest(BadHttpRequestException thrown) => thrown switch
    {
        { StatusCode: StatusCodes.Status413PayloadTooLarge } => ApiError.TooLarge("The body is too large: send at most 1 MiB, or use POST /links/import for many links."),

        // The base type itself comes from the binding of query parameters; the server's own is derived from it.
        _ when thrown.GetType() == typeof(BadHttpRequestException) => ApiError.Unprocessable(ExplainBinding(thrown.Message)),
        _ => ApiError.BadRequest("The request could not be read: " + thrown.Message),
    };

    // The framework's sentence names the C# type and property; the client's parameter has the property's name in camelCase.
    private static string ExplainBinding(string message)
    {
        var match = UnboundParameter().Match(message);
        var expected = match.Groups["type"].Value.Contains("bool", StringComparison.OrdinalIgnoreCase) ? "true or false" : "a whole number";
        return match.Success
            ? $"{JsonNamingPolicy.CamelCase.ConvertName(match.Groups["name"].Value)}: must be {expected}."
            : "A query parameter has a value of the wrong type.";
    }

    [GeneratedRegex("^Failed to bind parameter \"(?<type>\\S+) (?<name>\\w+)\"")]
    private static partial Regex UnboundParameter();

    // The routing answers these itself, with an empty body.
    private static ApiError? OfStatus(HttpContext context) => context.Response switch
    {
        { HasStarted: true } or { ContentType: not null } => null,
        { StatusCode: StatusCodes.Status404NotFound } => ApiError.NotFound("There is nothing at this path; GET /openapi.json lists what there is."),
        { StatusCode: StatusCodes.Status405MethodNotAllowed } => ApiError.MethodNotAllowed($"This path does not answer {context.Request.Method}; GET /openapi.json lists what it answers."),
        { StatusCode: StatusCodes.Status415UnsupportedMediaType } => ApiError.UnsupportedMediaType("Send the body as application/json."),
        _ => null,
    };

    private static Task WriteAsync(HttpContext context, ApiError error)
    {
        var allow = context.Response.Headers.Allow;
        context.Response.Clear();
        context.Response.StatusCode = error.Status;
        if (error.Status == StatusCodes.Status405MethodNotAllowed)
        {
            context.Response.Headers.Allow = allow;
        }

        if (error.Status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        if (error.Status == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = RetrySeconds;
        }

        if (error.RetryAfterSeconds is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return context.Response.WriteAsJsonAsync(error.ToEnvelope(), ApiJson.Options, context.RequestAborted);
    }
}
