using System.Collections.Frozen;

namespace LinkTracker.Aggregator.Counting;

/// <summary>Where a click without a channel of its own came from, by the host of the referring page.</summary>
internal static class Channels
{
    public const string Direct = "direct";
    public const string Referral = "referral";

    private static readonly FrozenDictionary<string, string> ByHost = new (string Channel, string[] Hosts)[]
    {
        ("facebook", ["facebook.com", "fb.com", "fb.me", "messenger.com"]),
        ("x_twitter", ["t.co", "twitter.com", "x.com", "com.twitter.android"]),
        ("instagram", ["instagram.com", "com.instagram.android"]),
        ("threads", ["threads.net", "threads.com"]),
        ("linkedin", ["linkedin.com", "lnkd.in", "com.linkedin.android"]),
        ("youtube", ["youtube.com", "youtu.be", "com.google.android.youtube"]),
        ("whatsapp", ["whatsapp.com", "wa.me", "com.whatsapp"]),
        ("tiktok", ["tiktok.com"]),
        ("telegram", ["telegram.org", "telegram.me", "t.me", "org.telegram.messenger"]),
        ("reddit", ["reddit.com", "redd.it", "com.reddit.frontpage"]),
        ("pinterest", ["pinterest.com", "pin.it"]),
        ("snapchat", ["snapchat.com"]),
        ("discord", ["discord.com", "discordapp.com"]),
        ("slack", ["slack.com", "com.slack"]),
        ("bluesky", ["bsky.app"]),
        ("email",
        [
            "mail.google.com", "com.google.android.gm", "outlook.live.com", "outlook.office.com", "outlook.office365.com", "mail.yahoo.com",
            "mail.aol.com", "mail.proton.me", "mail.zoho.com", "mail.ru", "web.de", "gmx.net", "gmx.com", "app.fastmail.com", "icloud.com",
        ]),
        ("search",
        [
            "google.com", "com.google.android.googlequicksearchbox", "bing.com", "duckduckgo.com", "search.yahoo.com", "ecosia.org", "baidu.com",
            "yandex.ru", "yandex.com", "search.brave.com", "startpage.com", "qwant.com", "naver.com", "seznam.cz",
        ]),
    }.SelectMany(row => row.Hosts.Select(host => KeyValuePair.Create(host, row.Channel))).ToFrozenDictionary();

    /// <param name="referrer">An origin such as <c>https://l.facebook.com</c> or <c>android-app://com.slack</c>; empty when unknown.</param>
    public static string Of(string referrer)
    {
        if (referrer.Length == 0)
        {
            return Direct;
        }

        // A host belongs to what the longest known suffix of it belongs to: l.facebook.com, but mail.google.com before google.com.
        for (var host = HostOf(referrer); host.Contains('.', StringComparison.Ordinal); host = host[(host.IndexOf('.', StringComparison.Ordinal) + 1)..])
        {
            if (ByHost.TryGetValue(host, out var channel))
            {
                return channel;
            }

            // Google has a domain in nearly every country.
            if (host.StartsWith("google.", StringComparison.Ordinal))
            {
                return "search";
            }
        }

        return Referral;
    }

    /// <summary>The host of an origin in lower case, without <c>www.</c> and port.</summary>
    public static string HostOf(string origin)
    {
        var scheme = origin.IndexOf("://", StringComparison.Ordinal);
        var host = (scheme < 0 ? origin : origin[(scheme + 3)..]).ToLowerInvariant();
        var port = host.LastIndexOf(':');
        if (port > host.LastIndexOf(']'))
        {
            host = host[..port];
        }

        return host.StartsWith("www.", StringComparison.Ordinal) ? host[4..] : host;
    }
}
