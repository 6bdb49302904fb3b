using System.Text.Json;
using System.Text.Json.Serialization;
using LinkTracker.Aggregator.Api;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>What a shop tells. Fields that came later are left out of the hash when they are not sent: a repeat of an old request stays one.</summary>
internal abstract class IntakeRequest
{
    /// <summary>When it happened, ISO 8601: up to five years ago. Now, when left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OccurredAt { get; set; }

    /// <summary>True: it is kept apart from everything that is real, and is in no total. False: it is real. Left out: evidence, program and customer tell.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? TestMode { get; set; }

    /// <summary>Whether it says that it is no test. The hash does not tell this from saying nothing.</summary>
    [JsonIgnore]
    public bool IsLive { get; private set; }

    /// <summary>Unix milliseconds; null: now.</summary>
    [JsonIgnore]
    public long? OccurredAtMs { get; private set; }

    /// <summary>Checks every field by itself, and brings it into the form in which it is stored.</summary>
    /// <exception cref="ApiError">422, naming the field.</exception>
    public virtual void Check()
    {
        OccurredAtMs = Fields.Time(OccurredAt, "occurredAt");
        OccurredAt = Fields.Time(OccurredAtMs);
        IsLive = TestMode == false;
        TestMode = TestMode == true ? true : null;
    }

    /// <summary>What is hashed of the checked request: the order of its fields and what was left out or spelled in full do not matter.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, GetType(), ApiJson.Options);
}
