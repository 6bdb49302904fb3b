using System.Net;
using System.Text;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Edge.Clicks;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Edge.Redirects;

/// <summary>
/// Gathers what a request says of a click, and hands it to the log. Nothing of the request is kept: the log has copied
/// the record when the call returns.
/// </summary>
internal sealed class ClickFacts(VisitorHash visitors, Settings settings)
{
    // A character of the header is at most three bytes; what the record cannot hold is not even looked at.
    private const int TextBytes = 3 * ClickCodec.MaxUserAgent;
    private const int ReferrerBytes = 2_048;

    public ValueTask Record(
        HttpContext context, long occurredAtMs, ClickToken token, ReadOnlySpan<byte> linkChannel, ReadOnlySpan<byte> query, ClickLog log)
    {
        var headers = context.Request.Headers;
        var click = new ClickRecord
        {
            OccurredAtMs = occurredAtMs,
            Token = token,
            Method = context.Request.Method == "HEAD" ? ClickMethod.Head : ClickMethod.Get,
            UserAgent = Utf8(headers.UserAgent, stackalloc byte[TextBytes], ClickCodec.MaxUserAgent),
            Language = Visitor.FirstLanguage(Utf8(headers.AcceptLanguage, stackalloc byte[128], 128)),
        };

        Span<byte> origin = stackalloc byte[ClickCodec.MaxReferrer];
        click.Referrer = origin[..Visitor.WriteOrigin(Utf8(headers.Referer, stackalloc byte[ReferrerBytes], ReferrerBytes), origin)];

        Span<byte> country = stackalloc byte[ClickCodec.MaxCountry];
        if (settings.CountryHeader is { } countryHeader)
        {
            click.Country = country[..Visitor.WriteCountry(Utf8(headers[countryHeader], stackalloc byte[32], 32), country)];
        }

        var hints = LooksAhead(headers) ? ClickHints.Prefetch : ClickHints.None;
        Span<byte> channel = stackalloc byte[ClickCodec.MaxChannel];
        var channelLength = VisitorQuery.Read(query, channel, ref hints);
        click.Channel = channelLength > 0 ? channel[..channelLength] : linkChannel;
        click.Flags = hints;
        click.VisitorHash = visitors.Of(AddressOf(context), click.UserAgent, occurredAtMs);
        return log.RecordAsync(click);
    }

    private static bool LooksAhead(IHeaderDictionary headers) =>
        Visitor.IsPrefetch(headers["Sec-Purpose"].ToString())
        || Visitor.IsPrefetch(headers["Purpose"].ToString())
        || Visitor.IsPrefetch(headers["X-Moz"].ToString());

    private IPAddress? AddressOf(HttpContext context)
    {
        // The last entry is the one that the trusted proxy added; those before it are the visitor's own words.
        if (settings.AddressHeader is { } header && context.Request.Headers[header] is [.., { } last])
        {
            var entry = last.AsSpan(last.LastIndexOf(',') + 1).Trim();
            if (IPAddress.TryParse(entry, out var address))
            {
                return address;
            }

            if (IPEndPoint.TryParse(entry, out var endPoint))
            {
                return endPoint.Address;
            }
        }

        return context.Connection.RemoteIpAddress;
    }

    /// <summary>The first characters of a header in UTF-8, cut at a whole character.</summary>
    private static ReadOnlySpan<byte> Utf8(string? text, Span<byte> bytes, int maxBytes)
    {
        var rest = text.AsSpan();
        rest = rest[..Math.Min(rest.Length, maxBytes)];
        if (!rest.IsEmpty && char.IsHighSurrogate(rest[^1]))
        {
            rest = rest[..^1];
        }

        _ = System.Text.Unicode.Utf8.FromUtf16(rest, bytes, out _, out var written);
        return bytes[..written];
    }
}
