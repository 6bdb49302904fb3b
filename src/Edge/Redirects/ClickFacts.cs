using LinkTracker.Contracts.Clicks;
using LinkTracker.Edge.Clicks;

namespace LinkTracker.Edge.Redirects;

/// <summary>
/// Cuts what a request says of a click down to what a record may hold, and appends it to the log. Nothing of the request is
/// kept: the log has copied the record when the call returns.
/// </summary>
internal sealed class ClickFacts(VisitorHash visitors, ClickLog clicks)
{
    public ClickWait Record(scoped in RedirectRequest request, long occurredAtMs, ClickToken token, ReadOnlySpan<byte> linkChannel)
    {
        Span<byte> origin = stackalloc byte[ClickCodec.MaxReferrer];
        Span<byte> country = stackalloc byte[ClickCodec.MaxCountry];
        Span<byte> channel = stackalloc byte[ClickCodec.MaxChannel];
        var hints = request.LooksAhead ? ClickHints.Prefetch : ClickHints.None;
        var channelLength = VisitorQuery.Read(request.Query, channel, ref hints);
        var click = new ClickRecord
        {
            OccurredAtMs = occurredAtMs,
            Token = token,
            Method = request.Method,
            Flags = hints,
            UserAgent = Visitor.Cut(request.UserAgent, ClickCodec.MaxUserAgent),
            Referrer = origin[..Visitor.WriteOrigin(request.Referer, origin)],
            Language = Visitor.FirstLanguage(request.AcceptLanguage),
            Country = country[..Visitor.WriteCountry(request.Country, country)],
            Channel = channelLength > 0 ? channel[..channelLength] : linkChannel,
        };

        Span<byte> forwarded = stackalloc byte[VisitorAddress.MaxLength];
        var forwardedLength = request.ForwardedFor.IsEmpty ? 0 : VisitorAddress.WriteLast(request.ForwardedFor, forwarded);
        click.VisitorHash = visitors.Of(forwardedLength > 0 ? forwarded[..forwardedLength] : request.PeerAddress, click.UserAgent, occurredAtMs);
        return clicks.Append(click);
    }
}
