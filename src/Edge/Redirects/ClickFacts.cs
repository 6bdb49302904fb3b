using LinkTracker.Contracts.Clicks;
using LinkTracker.Edge.Clicks;

namespace LinkTracker.Edge.Redirects;

/// <summary>
/// Cuts what a request says of a click down to what a record may hold, and appends it to the log. Nothing of the request is
/// kept: the log has copied the record when the call returns.
/// </summary>
internal sealed class ClickFacts(VisitorHash visitors, ClickLog clicks)
{
    /// <summary>What is written of a click, and not only referred to.</summary>
    public const int TextLength = ClickCodec.MaxReferrer + ClickCodec.MaxCountry + ClickCodec.MaxChannel;

    public ClickWait Record(scoped in RedirectRequest request, long occurredAtMs, ClickToken token, ReadOnlySpan<byte> linkChannel)
    {
        var click = Of(request, occurredAtMs, token, linkChannel, stackalloc byte[TextLength]);
        Span<byte> forwarded = stackalloc byte[VisitorAddress.MaxLength];
        var forwardedLength = request.ForwardedFor.IsEmpty ? 0 : VisitorAddress.WriteLast(request.ForwardedFor, forwarded);
        click.VisitorHash = visitors.Of(forwardedLength > 0 ? forwarded[..forwardedLength] : request.PeerAddress, click.UserAgent, occurredAtMs);
        return clicks.Append(click);
    }

    /// <summary>The record of a click, but for the visitor.</summary>
    /// <param name="text">At least <see cref="TextLength"/> bytes, which the record then refers to.</param>
    public static ClickRecord Of(RedirectRequest request, long occurredAtMs, ClickToken token, ReadOnlySpan<byte> linkChannel, Span<byte> text)
    {
        var origin = text[..ClickCodec.MaxReferrer];
        var country = text.Slice(ClickCodec.MaxReferrer, ClickCodec.MaxCountry);
        var channel = text[(ClickCodec.MaxReferrer + ClickCodec.MaxCountry)..];
        var hints = request.LooksAhead ? ClickHints.Prefetch : ClickHints.None;
        var channelLength = VisitorQuery.Read(request.Query, channel, ref hints);
        return new ClickRecord
        {
            OccurredAtMs = occurredAtMs,
            Token = token,
            Method = request.Method,
            Flags = hints,
            UserAgent = ClickCodec.Cut(request.UserAgent, ClickCodec.MaxUserAgent),
            Referrer = origin[..Visitor.WriteOrigin(request.Referer, origin)],
            Language = Visitor.FirstLanguage(request.AcceptLanguage),
            Country = country[..Visitor.WriteCountry(request.Country, country)],
            Channel = channelLength > 0 ? channel[..channelLength] : linkChannel,
        };
    }
}
