using System.Globalization;
using System.Text.Json;

namespace LinkTracker.Aggregator.Programs;

/// <summary>Whether a customer may take part in a program. Pure: the same attributes give the same answer.</summary>
internal static class Eligibility
{
    private const int MaxShown = 100;

    /// <summary>The conditions that do not hold, in their order; none when the customer may take part. What is not known fails.</summary>
    /// <param name="conditions">Checked by <see cref="ConditionCheck"/>.</param>
    public static IReadOnlyList<FailedCriterion> Failures(IReadOnlyList<Condition> conditions, IReadOnlyDictionary<string, JsonElement> attributes) =>
    [
        .. conditions.Index()
            .Where(pair => !Holds(pair.Item, ValueOf(attributes, pair.Item.Attribute)))
            .Select(pair => Explain(pair.Index, pair.Item, ValueOf(attributes, pair.Item.Attribute))),
    ];

    /// <summary>What the condition demands, such as <c>must be at least 90</c>.</summary>
    public static string Demand(Condition condition) => condition.Operator switch
    {
        "eq" => $"must be {Text(condition.Value)}",
        "ne" => $"must not be {Text(condition.Value)}",
        "gt" => $"must be more than {Text(condition.Value)}",
        "gte" => $"must be at least {Text(condition.Value)}",
        "lt" => $"must be less than {Text(condition.Value)}",
        "lte" => $"must be at most {Text(condition.Value)}",
        "in" => $"must be one of {string.Join(", ", condition.Value!.Value.EnumerateArray().Select(value => Text(value)))}",
        _ => MustExist(condition) ? "must be known" : "must not be known",
    };

    private static JsonElement? ValueOf(IReadOnlyDictionary<string, JsonElement> attributes, string name) =>
        attributes.TryGetValue(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? value : null;

    private static bool Holds(Condition condition, JsonElement? value) => condition.Operator switch
    {
        "exists" => value is not null == MustExist(condition),
        _ when value is null => false,
        "eq" => AreEqual(value.Value, condition.Value!.Value),
        "ne" => !AreEqual(value.Value, condition.Value!.Value),
        "in" => condition.Value!.Value.EnumerateArray().Any(one => AreEqual(value.Value, one)),
        var op => Compare(value.Value, condition.Value!.Value) is { } order && op switch
        {
            "gt" => order > 0,
            "gte" => order >= 0,
            "lt" => order < 0,
            "lte" => order <= 0,
            _ => throw new ArgumentException($"There is no operator {op}.", nameof(condition)),
        },
    };

    private static bool MustExist(Condition condition) => condition.Value is not { ValueKind: JsonValueKind.False };

    private static bool AreEqual(JsonElement one, JsonElement other) => (one.ValueKind, other.ValueKind) switch
    {
        (JsonValueKind.True, JsonValueKind.True) or (JsonValueKind.False, JsonValueKind.False) => true,
        _ => Compare(one, other) == 0,
    };

    // Numbers with numbers, texts with texts; null for what has no order, such as a text and a number.
    private static int? Compare(JsonElement one, JsonElement other) => (one.ValueKind, other.ValueKind) switch
    {
        (JsonValueKind.Number, JsonValueKind.Number) => one.TryGetDecimal(out var a) && other.TryGetDecimal(out var b) ? a.CompareTo(b) : null,
        (JsonValueKind.String, JsonValueKind.String) => string.CompareOrdinal(one.GetString(), other.GetString()),
        _ => null,
    };

    private static FailedCriterion Explain(int index, Condition condition, JsonElement? value)
    {
        var demand = Demand(condition);
        var detail = value is null
            ? $"{condition.Attribute} is not known; it {demand}"
            : $"{condition.Attribute} is {Text(value)}; it {demand}";
        return new FailedCriterion(index, condition.Attribute, condition.Reason ?? $"{condition.Attribute} {demand}", detail);
    }

    private static string Text(JsonElement? value)
    {
        var text = value!.Value.ValueKind == JsonValueKind.Number && value.Value.TryGetDecimal(out var number)
            ? number.ToString(CultureInfo.InvariantCulture)
            : value.Value.ToString();
        return text.Length <= MaxShown ? text : text[..MaxShown] + "…";
    }
}

/// <summary>A condition that does not hold for a customer.</summary>
/// <param name="Index">Its place among the conditions, from 0.</param>
/// <param name="Reason">The rule's own, or what it demands.</param>
/// <param name="Detail">What is, and what must be.</param>
internal sealed record FailedCriterion(int Index, string Attribute, string Reason, string Detail);
