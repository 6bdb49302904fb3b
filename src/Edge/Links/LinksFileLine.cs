using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LinkTracker.Contracts;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Contracts.Links;

namespace LinkTracker.Edge.Links;

/// <summary>One line of a links file. Its names are those of the API's link object.</summary>
internal static class LinksFileLine
{
    /// <exception cref="FormatException">Says what is wrong with the line, without a full stop.</exception>
    public static LinkState Parse(string text, string defaultDomain, IReadOnlyCollection<string> ownHosts)
    {
        using var document = ParseJson(text);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("it must be one JSON object, such as {\"key\": \"spring\", \"url\": \"https://shop.example.com/\"}");
        }

        var fields = new Fields();
        foreach (var property in document.RootElement.EnumerateObject())
        {
            fields.Set(property);
        }

        return fields.ToLink(defaultDomain, ownHosts);
    }

    private static JsonDocument ParseJson(string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException wrong)
        {
            throw new FormatException($"it is not JSON near byte {wrong.BytePositionInLine}");
        }
    }

    private sealed class Fields
    {
        private readonly HashSet<string> _seen = [];
        private string? _domain;
        private string? _key;
        private string? _url;
        private string? _expiredUrl;
        private string? _channel;
        private bool _trackConversion;
        private bool _disabled;
        private DateTimeOffset? _expiresAt;
        private int _redirectStatus = 302;
        private QueryPolicy _queryPolicy;

        public void Set(JsonProperty field)
        {
            var name = Name(field);
            if (!_seen.Add(name))
            {
                throw new FormatException($"'{name}' stands there twice");
            }

            switch (name)
            {
                case "domain": _domain = TextOrNull(field); break;
                case "key": _key = TextOrNull(field); break;
                case "url": _url = TextOrNull(field); break;
                case "expiredUrl": _expiredUrl = TextOrNull(field); break;
                case "channel": _channel = Channel(field); break;
                case "trackConversion": _trackConversion = Flag(field); break;
                case "disabled": _disabled = Flag(field); break;
                case "expiresAt": _expiresAt = Instant(field); break;
                case "redirectStatus": _redirectStatus = Status(field); break;
                case "queryPolicy": _queryPolicy = Policy(field); break;
                default:
                    throw new FormatException($"'{name}' is not known; there are domain, key, url, trackConversion, expiresAt, "
                        + "disabled, redirectStatus, queryPolicy, expiredUrl and channel");
            }
        }

        public LinkState ToLink(string defaultDomain, IReadOnlyCollection<string> ownHosts)
        {
            var domain = _domain is null ? defaultDomain : Domain(_domain);
            if (!LinkKey.IsValid(_key, out var error))
            {
                throw new FormatException($"'key': {error.TrimEnd('.')}");
            }

            return new LinkState
            {
                Id = IdOf(domain, _key!),
                Domain = domain,
                Key = _key!,
                Url = Target("url", _url, ownHosts),
                ExpiredUrl = _expiredUrl is null ? null : Target("expiredUrl", _expiredUrl, ownHosts),
                Channel = _channel,
                TrackConversion = _trackConversion,
                Disabled = _disabled,
                ExpiresAt = _expiresAt,
                RedirectStatus = _redirectStatus,
                QueryPolicy = _queryPolicy,
            };
        }

        /// <summary>63 bits of a hash, so that a link keeps its id for as long as it keeps its place.</summary>
        private static long IdOf(string domain, string key)
        {
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes(domain + "/" + key));
            return Math.Max(1, BinaryPrimitives.ReadInt64BigEndian(hash) & long.MaxValue);
        }

        private static string Target(string name, string? text, IReadOnlyCollection<string> ownHosts) =>
            TargetUrl.TryCanonicalise(text, ownHosts, out var url, out var error)
                ? url
                : throw new FormatException($"'{name}': {error.TrimEnd('.')}");

        // In the form in which hosts are looked up, or nobody would ever find the link.
        private static string Domain(string text) =>
            text.AsSpan().IndexOfAny('/', '?', '#') < 0 && TargetUrl.TryCanonicalise("http://" + text, [], out var url, out _)
                ? LinksFileHosts.HostOf(url)
                : throw new FormatException("'domain' must be a host, with a port if need be, such as go.example.com");

        private static string Name(JsonProperty field)
        {
            try
            {
                return field.Name;
            }
            catch (InvalidOperationException)
            {
                throw new FormatException("a name holds half of a surrogate pair");
            }
        }

        private static string? TextOrNull(JsonProperty field) => field.Value.ValueKind switch
        {
            JsonValueKind.String => Text(field),
            JsonValueKind.Null => null,
            _ => throw new FormatException($"'{field.Name}' must be a text"),
        };

        private static string Text(JsonProperty field)
        {
            try
            {
                return field.Value.GetString()!;
            }
            catch (InvalidOperationException)
            {
                throw new FormatException($"'{field.Name}' holds half of a surrogate pair");
            }
        }

        private static bool Flag(JsonProperty field) => field.Value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False or JsonValueKind.Null => false,
            _ => throw new FormatException($"'{field.Name}' must be true or false"),
        };

        private static DateTimeOffset? Instant(JsonProperty field) => TextOrNull(field) switch
        {
            null => null,
            var text when IsoTime.TryParse(text, out var instant) => instant,
            _ => throw new FormatException($"'{field.Name}' must be an ISO 8601 time, such as 2027-01-31T23:59:59Z"),
        };

        private static int Status(JsonProperty field) =>
            field.Value.ValueKind == JsonValueKind.Number && field.Value.TryGetInt32(out var status) && status is 301 or 302 or 307 or 308
                ? status
                : throw new FormatException($"'{field.Name}' must be 301, 302, 307 or 308");

        private static QueryPolicy Policy(JsonProperty field) =>
            (field.Value.ValueKind == JsonValueKind.String ? Text(field) : null) switch
            {
                "keep" => QueryPolicy.Keep,
                "override" => QueryPolicy.Override,
                "none" => QueryPolicy.None,
                _ => throw new FormatException($"'{field.Name}' must be \"keep\", \"override\" or \"none\""),
            };

        private static string? Channel(JsonProperty field) => TextOrNull(field) switch
        {
            null => null,
            var text when Channels.IsValid(text) => text,
            _ => throw new FormatException($"'{field.Name}' must be 1 to {ClickCodec.MaxChannel} characters of a-z, 0-9, - and _"),
        };
    }
}
