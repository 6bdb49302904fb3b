using System.Collections.Frozen;

namespace LinkTracker.Aggregator.Fraud;

/// <summary>An e-mail address as the one mailbox that it reaches, however it is spelled.</summary>
internal sealed record MailAddress(string Mailbox, string Domain)
{
    private const string Gmail = "gmail.com";

    // Where everybody gets an address: two of one such domain have nothing in common.
    private static readonly FrozenSet<string> Public = new[]
    {
        Gmail, "aol.com", "bigpond.com", "bluewin.ch", "btinternet.com", "comcast.net", "fastmail.com", "free.fr", "freenet.de", "gmx.at", "gmx.ch",
        "gmx.com", "gmx.de", "gmx.net", "hey.com", "hotmail.co.uk", "hotmail.com", "hotmail.de", "hotmail.es", "hotmail.fr", "hotmail.it", "icloud.com",
        "laposte.net", "libero.it", "live.co.uk", "live.com", "live.nl", "mac.com", "mail.com", "mail.ru", "me.com", "msn.com", "naver.com", "orange.fr",
        "outlook.com", "outlook.de", "outlook.fr", "pm.me", "proton.me", "protonmail.com", "qq.com", "163.com", "126.com", "rediffmail.com", "rocketmail.com",
        "sbcglobal.net", "sfr.fr", "t-online.de", "tutanota.com", "uol.com.br", "verizon.net", "virgilio.it", "wanadoo.fr", "web.de", "wp.pl", "o2.pl",
        "yahoo.co.in", "yahoo.co.jp", "yahoo.co.uk", "yahoo.com", "yahoo.com.br", "yahoo.de", "yahoo.es", "yahoo.fr", "yahoo.it", "yandex.com", "yandex.ru",
        "ymail.com", "zoho.com", "ziggo.nl", "cox.net", "att.net", "rogers.com", "bell.net", "shaw.ca", "telus.net", "videotron.ca",
    }.ToFrozenSet(StringComparer.Ordinal);

    public bool IsPublicDomain => Public.Contains(Domain);

    /// <summary>Null for what is no address.</summary>
    public static MailAddress? Of(string? text)
    {
        var lower = text?.Trim().ToLowerInvariant() ?? "";
        var at = lower.LastIndexOf('@');
        if (at < 1 || at == lower.Length - 1)
        {
            return null;
        }

        var domain = lower[(at + 1)..].TrimEnd('.');
        domain = domain == "googlemail.com" ? Gmail : domain;

        // What stands behind a plus is a note of the owner's.
        var mailbox = lower[..at];
        var plus = mailbox.IndexOf('+', StringComparison.Ordinal);
        mailbox = plus > 0 ? mailbox[..plus] : mailbox;
        return new MailAddress(domain == Gmail ? mailbox.Replace(".", "", StringComparison.Ordinal) : mailbox, domain);
    }
}
