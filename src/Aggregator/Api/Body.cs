using System.Buffers;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Metadata;

namespace LinkTracker.Aggregator.Api;

/// <summary>
/// A JSON object that a client sent, and which of its fields it named: an update must tell a field set to null from one
/// that was left out. As an endpoint's parameter it is bound from the request's body.
/// </summary>
internal sealed record Body<T>(T Value, IReadOnlySet<string> Sent) : IEndpointParameterMetadataProvider
    where T : class
{
    /// <summary>As they were sent.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    public bool Has(string field) => Sent.Contains(field);

    /// <exception cref="ApiError">400 when the bytes are no JSON, 422 naming the field when a type is wrong.</exception>
    public static Body<T> Parse(ReadOnlyMemory<byte> utf8)
    {
        using var document = Body.ParseDocument(utf8);
        return Of(document.RootElement, "The body") with { Bytes = utf8 };
    }

    public static async ValueTask<Body<T>> BindAsync(HttpContext context, ParameterInfo parameter) =>
        Parse(await Body.ReadAsync(context));

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T)));

    internal static Body<T> Of(JsonElement element, string what)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw ApiError.Unprocessable($"{what} must be a JSON object.");
        }

        var sent = element.EnumerateObject().Select(property => property.Name).ToHashSet(StringComparer.Ordinal);
        try
        {
            return new Body<T>(element.Deserialize<T>(ApiJson.Options)!, sent);
        }
        catch (JsonException wrong)
        {
            throw ApiError.Unprocessable(Body.Explain(typeof(T), wrong));
        }
    }
}

/// <summary>A JSON array of objects that a client sent.</summary>
internal sealed record BodyList<T>(IReadOnlyList<Body<T>> Items) : IEndpointParameterMetadataProvider
    where T : class
{
    public static async ValueTask<BodyList<T>> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        using var document = Body.ParseDocument(await Body.ReadAsync(context));
        return document.RootElement.ValueKind == JsonValueKind.Array
            ? new BodyList<T>([.. document.RootElement.EnumerateArray().Select((item, i) => Body<T>.Of(item, $"Item {i}"))])
            : throw ApiError.Unprocessable("The body must be a JSON array.");
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T[])));
}

internal static class Body
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpContext context)
    {
        var bytes = new ArrayBufferWriter<byte>();
        while (true)
        {
            var read = await context.Request.Body.ReadAsync(bytes.GetMemory(4_096), context.RequestAborted);
            if (read == 0)
            {
                return bytes.WrittenMemory;
            }

            bytes.Advance(read);
        }
    }

    public static JsonDocument ParseDocument(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            throw ApiError.BadRequest("The body is empty: send JSON.");
        }

        try
        {
            var document = JsonDocument.Parse(utf8, Strict);
            CheckText(document.RootElement);
            return document;
        }
        catch (JsonException broken)
        {
            throw ApiError.BadRequest("The body is not JSON: " + broken.Message);
        }
        catch (InvalidOperationException)
        {
            throw ApiError.BadRequest("The body is not JSON: a string in it is not valid Unicode.");
        }
    }

    // The parser accepts half a surrogate pair and bytes that are not UTF-8, and tells only when asked for the string.
    private static void CheckText(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            element.GetString();
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                CheckText(item);
            }
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in element.EnumerateObject())
            {
                _ = property.Name;
                CheckText(property.Value);
            }
        }
    }

    /// <summary>From the place where reading stopped, a sentence that names the field and what it may be.</summary>
    public static string Explain(Type type, JsonException wrong)
    {
        var field = wrong.Path is { Length: > 2 } path ? path[2..] : "";
        var name = field.Split('.', '[')[0];
        var property = ApiJson.Options.GetTypeInfo(type).Properties.FirstOrDefault(property => property.Name == name);
        return property is null
            ? "The body has a value of the wrong type."
            : $"{field}: must be {NameOf(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType)}.";
    }

    private static string NameOf(Type type) => type switch
    {
        _ when type == typeof(string) => "a string",
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(int) || type == typeof(long) => "a whole number",
        _ when type == typeof(JsonObject) => "an object",
        _ when type.IsArray => "an array of " + (type.GetElementType() == typeof(string) ? "strings" : "objects"),
        _ => "an object",
    };
}
