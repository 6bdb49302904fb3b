namespace LinkTracker.Aggregator.Programs;

/// <summary>A program on the wire, with the rules that hold now.</summary>
internal sealed record ProgramResponse
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Currency { get; init; }

    public required bool IsTest { get; init; }

    /// <summary>Whether it is the one of whatever names none.</summary>
    public required bool IsDefault { get; init; }

    public required int Version { get; init; }

    /// <summary>Null: since ever.</summary>
    public required string? ValidFrom { get; init; }

    public required ProgramRules Rules { get; init; }

    /// <summary>The newest version while it does not hold yet; plans that it got ahead of are none any more.</summary>
    public required PlannedVersion? Planned { get; init; }

    public required string CreatedAt { get; init; }

    public required string UpdatedAt { get; init; }
}

internal sealed record PlannedVersion(int Version, string ValidFrom);

/// <param name="ValidFrom">Null: since ever.</param>
internal sealed record ProgramVersionResponse(int Version, string? ValidFrom, ProgramRules Rules, string CreatedAt);
