namespace LinkTracker.Contracts.Clicks;

public enum ClickMethod : byte
{
    Get = 0,
    Head = 1,
}

/// <summary>What the request said of itself. The numbers are on disk: add, never change.</summary>
[Flags]
public enum ClickHints : byte
{
    None = 0,

    /// <summary><c>Sec-Purpose</c>, <c>Purpose</c> or <c>X-Moz</c> said that no person has clicked yet.</summary>
    Prefetch = 1,

    /// <summary>The visitor came by the link's QR code (<c>?qr=1</c>).</summary>
    Qr = 2,
}

/// <summary>
/// One click as the Edge records it: what the request said, nothing derived from rules that may change, never the
/// visitor's address. A view over bytes that the caller owns; it allocates nothing.
/// </summary>
public ref struct ClickRecord
{
    /// <summary>Unix time in milliseconds, by the Edge's clock.</summary>
    public long OccurredAtMs { get; set; }

    /// <summary>The click's token; names the link too.</summary>
    public ClickToken Token { get; set; }

    /// <summary>Keyed hash of address and user agent under a salt that changes every UTC day.</summary>
    public ulong VisitorHash { get; set; }

    public ClickMethod Method { get; set; }

    public ClickHints Flags { get; set; }

    /// <summary>UTF-8 as sent, at most <see cref="ClickCodec.MaxUserAgent"/> bytes.</summary>
    public ReadOnlySpan<byte> UserAgent { get; set; }

    /// <summary>Origin of the referring page, such as <c>https://t.co</c>; empty when none was sent.</summary>
    public ReadOnlySpan<byte> Referrer { get; set; }

    /// <summary>First language of Accept-Language, such as <c>en-US</c>.</summary>
    public ReadOnlySpan<byte> Language { get; set; }

    /// <summary>Two upper-case letters (ISO 3166-1), or empty when unknown.</summary>
    public ReadOnlySpan<byte> Country { get; set; }

    /// <summary>The <c>?ch=</c> of the click, or the channel of the link when it has one.</summary>
    public ReadOnlySpan<byte> Channel { get; set; }
}
