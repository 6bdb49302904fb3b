using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using LinkTracker.Aggregator.Api;

namespace LinkTracker.Aggregator.Programs;

/// <summary>Rules as JSON: how clients change them and how they are kept.</summary>
internal static class RulesText
{
    // What is misspelled would silently not hold.
    private static readonly JsonSerializerOptions Strict = new(ApiJson.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>
    /// The rules with a change merged into them (RFC 7396): objects field by field, lists and values as a whole, and null stands for the default.
    /// </summary>
    /// <exception cref="ApiError">422 naming the field by its path.</exception>
    public static ProgramRules Change(ProgramRules rules, JsonElement change)
    {
        if (change.ValueKind != JsonValueKind.Object)
        {
            throw ApiError.Unprocessable("rules: must be an object.");
        }

        var changed = Read<ProgramRules>(Merge(JsonSerializer.SerializeToNode(rules, ApiJson.Options), JsonObject.Create(change)), "rules");
        RulesCheck.Check(changed);
        return changed;
    }

    /// <summary>Criteria that came by themselves.</summary>
    /// <exception cref="ApiError">422 naming the field by its path.</exception>
    public static IReadOnlyList<Condition> Criteria(JsonElement criteria, string field)
    {
        if (criteria.ValueKind != JsonValueKind.Array)
        {
            throw ApiError.Unprocessable($"{field}: must be an array.");
        }

        var conditions = Read<IReadOnlyList<Condition>>(JsonArray.Create(criteria), field);
        ConditionCheck.Check(conditions, field);
        return conditions;
    }

    public static string Write(ProgramRules rules) => JsonSerializer.Serialize(rules, ApiJson.Options);

    public static bool AreSame(ProgramRules one, ProgramRules other) => Write(one) == Write(other);

    private static T Read<T>(JsonNode? node, string field)
    {
        try
        {
            return node.Deserialize<T>(Strict)!;
        }
        catch (JsonException wrong)
        {
            throw ApiError.Unprocessable($"{field}{wrong.Path?.TrimStart('$')}: {Explain(wrong)}");
        }
    }

    private static string Explain(JsonException wrong) => wrong.Message switch
    {
        var text when text.Contains("could not be mapped", StringComparison.Ordinal) => "there is no such rule.",
        var text when text.Contains("missing required", StringComparison.Ordinal) => "a field that is needed is missing.",
        var text when text.Contains("doesn't allow null", StringComparison.Ordinal) => "must not be null.",
        _ => "has a value of the wrong type, or out of every range.",
    };

    private static JsonNode? Merge(JsonNode? target, JsonNode? change)
    {
        if (change is not JsonObject fields)
        {
            return change?.DeepClone();
        }

        var merged = target as JsonObject ?? [];
        foreach (var (name, value) in fields)
        {
            var old = merged[name];
            merged.Remove(name);
            if (value is not null)
            {
                merged[name] = Merge(old, value);
            }
        }

        return merged;
    }
}
