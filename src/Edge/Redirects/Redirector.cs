using System.Text;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Contracts.Security;
using LinkTracker.Edge.Clicks;
using LinkTracker.Edge.Links;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Edge.Redirects;

/// <summary>A resolved request, and the identity that its click would have. Valid until this thread resolves again.</summary>
internal readonly ref struct Redirection(Resolution found, ClickIdentity identity)
{
    public RedirectOutcome Outcome => Found.Outcome;

    public Resolution Found { get; } = found;

    public LinkRecord Link => Found.Link;

    public ClickIdentity Identity { get; } = identity;
}

/// <summary>
/// What every click goes through, whichever way it came by:
/// <code>
///   1  find the link         memory only
///   2  mint the token
///   3  write the Location    before 4, because the link's bytes are this thread's until it looks again
///   4  append the click      what the answer has to wait for is told, not waited for
/// </code>
/// It never blocks, allocates nothing and does not throw.
/// </summary>
internal sealed class Redirector(
    RedirectResolver resolver, ClickFacts facts, ClickLog clicks, InstallationKeys keys, ClickClock clock, EdgeMetrics metrics, Settings settings)
{
    private readonly LocationWriter _location = new(Encoding.ASCII.GetBytes(settings.TokenParameter));

    public Redirection Resolve(scoped in RedirectRequest request)
    {
        // :: 1
        var (nowMs, sequence) = clock.Next();
        var found = resolver.Resolve(request.Host, request.Key, nowMs);
        metrics.Answered(found.Outcome);
        return new Redirection(found, new ClickIdentity(nowMs, (ushort)clicks.EdgeId, (ushort)clicks.Boot, sequence));
    }

    /// <summary>The most bytes that <see cref="Complete"/> may write.</summary>
    public int MaxLocationLength(scoped in Redirection redirection, int queryLength) =>
        _location.MaxLength(redirection.Link.Url.Length, queryLength, ClickToken.TextLength);

    /// <summary>Writes the Location of a <see cref="RedirectOutcome.Redirect"/>, records its click, and tells the location's length.</summary>
    /// <param name="wait">What the answer has to wait for.</param>
    public int Complete(scoped in Redirection redirection, scoped in RedirectRequest request, scoped Span<byte> location, out ClickWait wait)
    {
        // :: 2
        var link = redirection.Link;
        var token = keys.Mint(link.Id, redirection.Identity);
        Span<byte> tokenText = stackalloc byte[ClickToken.TextLength];
        tokenText = link.TrackConversion ? tokenText : default;
        if (link.TrackConversion)
        {
            token.FormatUtf8(tokenText);
        }

        // :: 3
        var length = _location.Write(link.Url, request.Query, link.QueryPolicy, tokenText, location);

        // :: 4
        wait = facts.Record(request, redirection.Identity.OccurredAtMs, token, link.Channel);
        return length;
    }
}
