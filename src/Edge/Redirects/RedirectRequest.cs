using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Edge.Redirects;

/// <summary>
/// What of a request matters to a redirect, as bytes of the request, so that every way a request may arrive by shares what
/// follows. All of it is the visitor's claim.
/// </summary>
internal ref struct RedirectRequest
{
    public ClickMethod Method;

    /// <summary>The Host header as sent; may be empty.</summary>
    public ReadOnlySpan<byte> Host;

    /// <summary>The path behind its first slash, percent-decoded, in UTF-8.</summary>
    public ReadOnlySpan<byte> Key;

    /// <summary>Without the question mark; any bytes.</summary>
    public ReadOnlySpan<byte> Query;

    public ReadOnlySpan<byte> UserAgent;

    public ReadOnlySpan<byte> AcceptLanguage;

    public ReadOnlySpan<byte> Referer;

    /// <summary>Of the proxy's header with the visitor's country, when there is such a setting.</summary>
    public ReadOnlySpan<byte> Country;

    /// <summary>Of the proxy's header with the visitor's address, when there is such a setting.</summary>
    public ReadOnlySpan<byte> ForwardedFor;

    /// <summary>The other end of the connection, as <see cref="VisitorAddress"/> writes it.</summary>
    public ReadOnlySpan<byte> PeerAddress;

    /// <summary>A purpose header says that a program looks ahead and no person has clicked yet.</summary>
    public bool LooksAhead;
}
