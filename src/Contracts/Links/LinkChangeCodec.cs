using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LinkTracker.Contracts.Links;

/// <summary>What a record of the topic of links says.</summary>
/// <param name="Edition">Which publication of all links it belongs to.</param>
/// <param name="Change">Its version is the database's. Without domain and key it is no change, but tells that the edition is whole.</param>
public readonly record struct LinkMessage(long Edition, LinkChange Change)
{
    /// <summary>Whether it tells that every link of its edition stands before it.</summary>
    public bool IsWhole => Change is { Domain: "", Key: "" };

    /// <param name="version">Of the newest change that stands before it.</param>
    public static LinkMessage Whole(long edition, long version) => new(edition, new LinkChange(version, "", "", null));
}

/// <summary>
/// The form of links between Aggregators and Edges. The key of a record is the place: domain, <c>/</c> and key in UTF-8. Its value is JSON:
/// <code>
///  {"v":1,"edition":"0123456789abcdef","version":17,"link":{"id":5,"url":"https://…","trackConversion":true,"expiresAt":1790000000000,
///   "expiredUrl":"https://…","disabled":false,"redirectStatus":302,"queryPolicy":"keep","channel":"mail"}}
/// </code>
/// Without a link at its place, <c>link</c> is null: the record is kept, so that a reader that comes late learns of the deletion.
/// A field that is not needed may be added under the same version; readers pass over what they do not know.
/// </summary>
public static class LinkChangeCodec
{
    private const int Version = 1;

    // As it is: nobody puts it into a page of HTML, and targets are full of '&'.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static byte[] EncodeKey(in LinkMessage message) => StrictUtf8.GetBytes($"{message.Change.Domain}/{message.Change.Key}");

    public static byte[] EncodeValue(in LinkMessage message)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(bytes, Plain))
        {
            json.WriteStartObject();
            json.WriteNumber("v"u8, Version);
            json.WriteString("edition"u8, message.Edition.ToString("x16", CultureInfo.InvariantCulture));
            json.WriteNumber("version"u8, message.Change.Version);
            json.WritePropertyName("link"u8);
            Write(json, message.Change.Link);
            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Reads a record. On false, <paramref name="reason"/> says what is wrong with it, without its content.</summary>
    public static bool TryDecode(byte[]? key, byte[]? value, out LinkMessage message, [NotNullWhen(false)] out string? reason)
    {
        message = default;
        reason = null;
        try
        {
            var place = StrictUtf8.GetString(key ?? throw new FormatException("there is no key"));
            using var json = JsonDocument.Parse(value ?? throw new FormatException("there is no value"));
            message = Read(place, json.RootElement);
        }
        catch (FormatException wrong)
        {
            reason = wrong.Message;
        }
        catch (Exception wrong) when (wrong is JsonException or DecoderFallbackException or InvalidOperationException or KeyNotFoundException)
        {
            reason = "its key is not UTF-8, or its value not JSON with the fields of version 1";
        }

        return reason is null;
    }

    private static LinkMessage Read(string place, JsonElement root)
    {
        var version = root.GetProperty("v"u8).GetInt32();
        if (version != Version)
        {
            throw new FormatException($"it has version {version}, and this program reads version {Version}");
        }

        // No host has a slash in it, and a key may.
        var slash = place.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            throw new FormatException("there is no '/' in its key");
        }

        var (domain, key) = (place[..slash], place[(slash + 1)..]);
        var link = root.GetProperty("link"u8);
        var edition = root.GetProperty("edition"u8).GetString();
        return new LinkMessage(
            long.TryParse(edition, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
                ? number : throw new FormatException("its edition is no hexadecimal number"),
            new LinkChange(
                root.GetProperty("version"u8).GetInt64(), domain, key, link.ValueKind == JsonValueKind.Null ? null : ReadLink(domain, key, link)));
    }

    private static LinkState ReadLink(string domain, string key, JsonElement link) => new()
    {
        Id = link.GetProperty("id"u8).GetInt64(),
        Domain = domain,
        Key = key,
        Url = Text(link, "url"u8) ?? throw new FormatException("its link has no url"),
        TrackConversion = link.TryGetProperty("trackConversion"u8, out var track) && track.GetBoolean(),
        ExpiresAt = link.TryGetProperty("expiresAt"u8, out var expires) && expires.ValueKind != JsonValueKind.Null ? Time(expires.GetInt64()) : null,
        ExpiredUrl = Text(link, "expiredUrl"u8),
        Disabled = link.TryGetProperty("disabled"u8, out var disabled) && disabled.GetBoolean(),
        RedirectStatus = link.TryGetProperty("redirectStatus"u8, out var status) ? status.GetInt32() : 302,
        QueryPolicy = Text(link, "queryPolicy"u8) switch
        {
            null or "keep" => QueryPolicy.Keep,
            "override" => QueryPolicy.Override,
            "none" => QueryPolicy.None,
            _ => throw new FormatException("its query policy is unknown"),
        },
        Channel = Text(link, "channel"u8),
    };

    private static void Write(Utf8JsonWriter json, LinkState? link)
    {
        if (link is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteNumber("id"u8, link.Id);
        json.WriteString("url"u8, link.Url);
        json.WriteBoolean("trackConversion"u8, link.TrackConversion);
        if (link.ExpiresAt is { } expires)
        {
            json.WriteNumber("expiresAt"u8, expires.ToUnixTimeMilliseconds());
        }

        WriteUnlessNull(json, "expiredUrl"u8, link.ExpiredUrl);
        json.WriteBoolean("disabled"u8, link.Disabled);
        json.WriteNumber("redirectStatus"u8, link.RedirectStatus);
        json.WriteString("queryPolicy"u8, link.QueryPolicy switch
        {
            QueryPolicy.Keep => "keep"u8,
            QueryPolicy.Override => "override"u8,
            QueryPolicy.None => "none"u8,
            _ => throw new ArgumentOutOfRangeException(nameof(link), link.QueryPolicy, "The query policy is unknown."),
        });
        WriteUnlessNull(json, "channel"u8, link.Channel);
        json.WriteEndObject();
    }

    private static void WriteUnlessNull(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static string? Text(JsonElement link, ReadOnlySpan<byte> name) => link.TryGetProperty(name, out var text) ? text.GetString() : null;

    private static DateTimeOffset Time(long milliseconds)
    {
        try
        {
            return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new FormatException("its time of expiry is no time");
        }
    }
}
