namespace LinkTracker.Contracts.Links;

/// <summary>Who wins when the visitor's query and the target's query name the same parameter.</summary>
public enum QueryPolicy : byte
{
    /// <summary>The target keeps its value; the visitor's other parameters are added.</summary>
    Keep = 0,

    /// <summary>The visitor's value replaces the target's.</summary>
    Override = 1,

    /// <summary>Nothing of the visitor's query reaches the target.</summary>
    None = 2,
}

/// <summary>All that an Edge needs to answer for a link.</summary>
public sealed record LinkState
{
    public required long Id { get; init; }

    /// <summary>Lower-case host, with its port unless that is the scheme's own; such as <c>go.example.com</c>.</summary>
    public required string Domain { get; init; }

    /// <summary>The path behind the slash, 1 to 190 characters, exactly as it must be typed.</summary>
    public required string Key { get; init; }

    /// <summary>Absolute target, already checked and in ASCII (see <see cref="TargetUrl"/>).</summary>
    public required string Url { get; init; }

    /// <summary>Whether the token is added to the target.</summary>
    public bool TrackConversion { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Where visitors go once the link has expired; null: the domain's page.</summary>
    public string? ExpiredUrl { get; init; }

    public bool Disabled { get; init; }

    /// <summary>301, 302, 307 or 308.</summary>
    public int RedirectStatus { get; init; } = 302;

    public QueryPolicy QueryPolicy { get; init; }

    /// <summary>The channel of every click on this link that does not name its own; for sub-links made per channel.</summary>
    public string? Channel { get; init; }
}
