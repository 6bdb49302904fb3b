using System.Text.Json.Serialization;

namespace LinkTracker.Aggregator.Api;

/// <summary>
/// A request that cannot be done, as its caller sees it. Thrown anywhere below an endpoint, written by
/// <see cref="ApiErrorMiddleware"/>. The official SDK knows exactly one code for each status, hence the factories.
/// </summary>
internal sealed class ApiError : Exception
{
    private ApiError(int status, string code, string message)
        : base(message)
    {
        Status = status;
        Code = code;
    }

    public int Status { get; }

    public string Code { get; }

    /// <summary>When to try again, in whole seconds; null: nothing is said.</summary>
    public int? RetryAfterSeconds { get; private init; }

    public static ApiError BadRequest(string message) => new(400, "bad_request", message);

    public static ApiError Unauthorized(string message) => new(401, "unauthorized", message);

    public static ApiError Forbidden(string message) => new(403, "forbidden", message);

    public static ApiError NotFound(string message) => new(404, "not_found", message);

    public static ApiError MethodNotAllowed(string message) => new(405, "method_not_allowed", message);

    public static ApiError Conflict(string message) => new(409, "conflict", message);

    public static ApiError TooLarge(string message) => new(413, "payload_too_large", message);

    public static ApiError UnsupportedMediaType(string message) => new(415, "unsupported_media_type", message);

    /// <summary>The request is well formed, but a value in it is not allowed. The message names the field.</summary>
    public static ApiError Unprocessable(string message) => new(422, "unprocessable_entity", message);

    public static ApiError RateLimited(string message, int retryAfterSeconds) =>
        new(429, "rate_limit_exceeded", message) { RetryAfterSeconds = retryAfterSeconds };

    public static ApiError Internal() => new(500, "internal_server_error", "The server failed at this request. Nothing was changed; try again, and look into its log if it happens again.");

    public static ApiError Unavailable(string message) => new(503, "service_unavailable", message);

    public ErrorEnvelope ToEnvelope() => new(new ErrorBody(Code, Message, "/openapi.json"));
}

/// <summary>The body of every answer that is not a success.</summary>
internal sealed record ErrorEnvelope(ErrorBody Error);

/// <param name="Code">For programs: one of a closed list.</param>
/// <param name="Message">For people: what to change.</param>
internal sealed record ErrorBody(string Code, string Message, [property: JsonPropertyName("doc_url")] string DocUrl);
