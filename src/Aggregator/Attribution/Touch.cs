using System.Text.Json.Serialization;

namespace LinkTracker.Aggregator.Attribution;

/// <summary>What ties a conversion to a link. The names are stored: add, never change.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Method>))]
internal enum Method
{
    /// <summary>The customer typed the referrer's code.</summary>
    [JsonStringEnumMemberName("code")]
    Code,

    /// <summary>A click, told by its token.</summary>
    [JsonStringEnumMemberName("click")]
    Click,

    /// <summary>An earlier lead of the same customer, which was credited.</summary>
    [JsonStringEnumMemberName("lead")]
    Lead,

    /// <summary>What the customer was first credited to, by a sale or a deferred lead: it has no lead yet.</summary>
    [JsonStringEnumMemberName("customer")]
    Customer,

    /// <summary>The referrer named the customer before it came.</summary>
    [JsonStringEnumMemberName("contact")]
    Contact,
}

/// <summary>One piece of evidence that a conversion came from a link. Partner and program are those that the link had when it was told.</summary>
/// <param name="AtMs">When it happened, Unix milliseconds.</param>
/// <param name="Refusal">Why it cannot count whatever its time, such as a code nobody has; null when it can.</param>
/// <param name="ProgramId">Null: the installation's default program.</param>
internal sealed record Touch(
    Method Method,
    long? LinkId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? PartnerId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ClickToken,
    long AtMs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Refusal = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? ProgramId = null);
