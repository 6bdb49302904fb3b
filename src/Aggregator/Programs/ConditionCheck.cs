using System.Text.Json;
using LinkTracker.Aggregator.Api;

namespace LinkTracker.Aggregator.Programs;

/// <summary>Whether conditions can be told true or false.</summary>
internal static class ConditionCheck
{
    private const int MaxConditions = 50;
    private const int MaxValues = 100;

    /// <exception cref="ApiError">422 naming the field by its path.</exception>
    public static void Check(IReadOnlyList<Condition> conditions, string field)
    {
        RulesCheck.AtMost(conditions, field, MaxConditions);
        foreach (var (i, condition) in conditions.Index())
        {
            var at = $"{field}[{i}]";
            if (condition is null)
            {
                throw ApiError.Unprocessable($"{at}: must be an object.");
            }

            RulesCheck.Text(condition.Attribute, at + ".attribute", 100);
            Fields.OneOf(condition.Operator, at + ".operator", "eq", "ne", "gt", "gte", "lt", "lte", "in", "exists");
            CheckValue(condition.Operator, condition.Value, at + ".value");
            Fields.Text(condition.Reason, at + ".reason", 200);
        }
    }

    private static void CheckValue(string op, JsonElement? value, string field)
    {
        var (isAllowed, expected) = op switch
        {
            "exists" => (value is null or { ValueKind: JsonValueKind.True or JsonValueKind.False }, "true, false, or nothing for true"),
            "in" => (value is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() is > 0 and <= MaxValues && list.EnumerateArray().All(IsScalar),
                $"an array of 1 to {MaxValues} texts, numbers or booleans"),
            "eq" or "ne" => (value is { } one && IsScalar(one), "a text, a number, true or false"),
            _ => (value is { ValueKind: JsonValueKind.Number or JsonValueKind.String } limit && IsScalar(limit), "a number, or a text such as a date"),
        };
        if (!isAllowed)
        {
            throw ApiError.Unprocessable($"{field}: must be {expected} for {op}.");
        }
    }

    private static bool IsScalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => true,
        JsonValueKind.String => value.GetString()!.Length <= 255,
        JsonValueKind.Number => value.TryGetDecimal(out _),
        _ => false,
    };
}
