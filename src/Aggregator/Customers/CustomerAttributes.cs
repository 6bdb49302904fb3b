using System.Text.Json;
using System.Text.Json.Nodes;
using LinkTracker.Aggregator.Api;

namespace LinkTracker.Aggregator.Customers;

/// <summary>What a shop knows of a customer that programs choose by: an object of strings, numbers and booleans.</summary>
internal static class CustomerAttributes
{
    private const int Most = 50;
    private const int MaxName = 100;
    private const int MaxText = 500;

    public static JsonObject? Parse(string? stored) => stored is null ? null : JsonNode.Parse(stored)!.AsObject();

    /// <summary>As it is stored; null for none.</summary>
    /// <exception cref="ApiError">422: too many, too long, or a value that is no string, number or boolean.</exception>
    public static string? Check(JsonObject? attributes)
    {
        if (attributes is null or { Count: 0 })
        {
            return null;
        }

        if (attributes.Count > Most)
        {
            throw ApiError.Unprocessable($"attributes: at most {Most}, these are {attributes.Count}.");
        }

        foreach (var (name, value) in attributes)
        {
            Fields.Required(name, "attributes", MaxName);
            Check($"attributes.{name}", value);
        }

        return attributes.ToJsonString(ApiJson.Options);
    }

    private static void Check(string field, JsonNode? value)
    {
        if (value?.GetValueKind() is not (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False))
        {
            throw ApiError.Unprocessable($"{field}: must be a string, a number, true or false.");
        }

        if (value.GetValueKind() == JsonValueKind.String)
        {
            Fields.Text(value.GetValue<string>(), field, MaxText);
        }
    }
}
