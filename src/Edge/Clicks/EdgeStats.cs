using System.Text.Json.Serialization;

namespace LinkTracker.Edge.Clicks;

/// <summary>The figures of <see cref="ClickFigures"/> at one moment, with their names in JSON.</summary>
internal sealed record EdgeStats
{
    [JsonPropertyName("offered")]
    public required long Offered { get; init; }

    [JsonPropertyName("appended")]
    public required long Appended { get; init; }

    [JsonPropertyName("dropped_declared")]
    public required long DroppedDeclared { get; init; }

    [JsonPropertyName("delivered")]
    public required long Delivered { get; init; }

    /// <summary>Of an Edge alone: clicks that were deleted by age because nobody reads them.</summary>
    [JsonPropertyName("expired")]
    public required long Expired { get; init; }

    [JsonPropertyName("backlog")]
    public required long Backlog { get; init; }

    [JsonPropertyName("quarantined")]
    public required long Quarantined { get; init; }

    /// <summary>Since this start.</summary>
    [JsonPropertyName("answered_before_durable")]
    public required long AnsweredBeforeDurable { get; init; }

    [JsonPropertyName("durable")]
    public required bool Durable { get; init; }

    [JsonPropertyName("writable")]
    public required bool Writable { get; init; }

    [JsonPropertyName("epoch")]
    public required string Epoch { get; init; }
}
