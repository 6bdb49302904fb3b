using System.Text.Json;
using System.Text.Json.Serialization;

namespace LinkTracker.Aggregator.Api;

/// <summary>
/// A text of a request that is used while the request is, and kept nowhere: it is read from JSON and written as null, so that no hash or
/// copy of the request holds it, and says nothing of itself.
/// </summary>
[JsonConverter(typeof(Converter))]
internal sealed class UnkeptText(string text)
{
    public string Text { get; } = text;

    public override string ToString() => "";

    private sealed class Converter : JsonConverter<UnkeptText>
    {
        public override UnkeptText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String ? new UnkeptText(reader.GetString()!) : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, UnkeptText value, JsonSerializerOptions options) => writer.WriteNullValue();
    }
}
