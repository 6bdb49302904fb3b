namespace LinkTracker.Aggregator.Fraud;

/// <summary>A conversion and one referrer who is credited for it, as far as the rules look at them.</summary>
internal sealed record Suspect
{
    public required long ConversionId { get; init; }

    public required long PartnerId { get; init; }

    public required long ProgramId { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public required long OccurredAtMs { get; init; }

    public required Person Customer { get; init; }

    /// <summary>The referrer; its external id is the operator's own for it.</summary>
    public required Person Partner { get; init; }

    /// <summary>Milliseconds from the click to what it led to: this conversion, or the lead that bound the customer. Null when it was no click.</summary>
    public long? DelayMs { get; init; }

    /// <summary>When the lead happened, Unix milliseconds: this one, or the one of the same referrer that came before. Null when there is none.</summary>
    public long? LedAtMs { get; init; }

    /// <summary>When the newest click or code came that the referrer is credited for here; null when an earlier conversion bound the customer.</summary>
    public long? TouchedAtMs { get; init; }

    /// <summary>Whether all that the referrer is credited for here is a typed code.</summary>
    public bool IsTyped { get; init; }

    /// <summary>Since when the shop had the customer without a referrer, Unix milliseconds; null when it was new.</summary>
    public long? KnownSinceMs { get; init; }

    /// <summary>Who clicked; those clicks that were found.</summary>
    public IReadOnlyList<DayHash> Visitors { get; init; } = [];

    /// <summary>Hosts of the pages that the clicks came from.</summary>
    public IReadOnlyList<string> Referrers { get; init; } = [];

    /// <summary>Of the address that the shop told; null when it told none or it was forgotten.</summary>
    public DayHash? Address { get; init; }

    /// <summary>Null: no address was told, or the ranges could not be read then.</summary>
    public bool? IsDatacentre { get; init; }
}

/// <summary>A hash that says something on one UTC day only: another day has another salt.</summary>
internal readonly record struct DayHash(long Day, long Hash);

/// <summary>Somebody, as others call them.</summary>
internal sealed record Person(long Id, MailAddress? Email, string? ExternalId)
{
    /// <summary>Whether both are the same human being, one time as a customer and one time as a referrer.</summary>
    public bool IsSameAs(Person other) =>
        (Email is { } email && email == other.Email) || (ExternalId is { Length: > 0 } id && id == other.ExternalId);
}
