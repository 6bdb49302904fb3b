using System.Text;
using LinkTracker.Contracts.Links;
using LinkTracker.Edge.Links;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Edge.Redirects;

internal enum RedirectOutcome
{
    /// <summary>A live link: a click.</summary>
    Redirect,

    /// <summary>Unknown, deleted or disabled; which of them is nobody's business.</summary>
    NotFound,

    Expired,

    /// <summary>The table is not complete yet, so an unknown key may be a link.</summary>
    Loading,
}

/// <summary>What a request is to be answered with. The spans are valid until this thread resolves again.</summary>
internal readonly ref struct Resolution(RedirectOutcome outcome, LinkRecord link = default, ReadOnlySpan<byte> fallback = default)
{
    public RedirectOutcome Outcome { get; } = outcome;

    /// <summary>The link; only for <see cref="RedirectOutcome.Redirect"/>.</summary>
    public LinkRecord Link { get; } = link;

    /// <summary>Where to send the visitor instead of showing a page; empty: show the page.</summary>
    public ReadOnlySpan<byte> Fallback { get; } = fallback;
}

/// <summary>
/// Decides what a host and key lead to. It knows bytes only, so that every way a request may arrive by shares it.
/// It touches memory only: it never waits and does not throw.
/// </summary>
internal sealed class RedirectResolver(LinkTable links, Settings settings)
{
    private readonly byte[] _notFoundUrl = Target("Edge__NotFoundUrl", settings.NotFoundUrl, settings);
    private readonly byte[] _expiredUrl = Target("Edge__ExpiredUrl", settings.ExpiredUrl, settings);

    /// <param name="host">The Host header as sent; may be empty.</param>
    /// <param name="key">The path behind its first slash, percent-decoded, in UTF-8.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    public Resolution Resolve(scoped ReadOnlySpan<byte> host, scoped ReadOnlySpan<byte> key, long nowMs)
    {
        if (!links.IsLoaded)
        {
            return new Resolution(RedirectOutcome.Loading);
        }

        if (key.Length is 0 or > LinkRecord.MaxKeyBytes || !links.TryFind(host, key, out var link) || link.Disabled)
        {
            return new Resolution(RedirectOutcome.NotFound, fallback: _notFoundUrl);
        }

        if (link.ExpiresAtMs <= nowMs)
        {
            return new Resolution(RedirectOutcome.Expired, fallback: link.ExpiredUrl.IsEmpty ? _expiredUrl : link.ExpiredUrl);
        }

        return new Resolution(RedirectOutcome.Redirect, link);
    }

    /// <summary>Held to the same rules as the target of a link: it goes into the same header.</summary>
    private static byte[] Target(string name, Uri? url, Settings settings)
    {
        if (url is null)
        {
            return [];
        }

        return TargetUrl.TryCanonicalise(url.OriginalString, [settings.DefaultDomain], out var target, out var error)
            ? Encoding.ASCII.GetBytes(target)
            : throw new SettingsException($"{name}: {error}");
    }
}
