namespace LinkTracker.Year.Plan;

internal enum ToldKind
{
    Lead,
    Sale,
    Refund,
    Chargeback,
    Cancellation,
}

/// <summary>One thing that the shop tells of a customer. Money is in minor units of its currency.</summary>
internal sealed record Told(ToldKind Kind, int Customer, long AtMs)
{
    /// <summary>The invoice of a sale, the id of a refund, the name of a lead.</summary>
    public string Key { get; init; } = "";

    /// <summary>The invoice that a refund is of.</summary>
    public string Invoice { get; init; } = "";

    /// <summary>Clicks that are told with it, the newest last.</summary>
    public IReadOnlyList<Click> Clicks { get; init; } = [];

    /// <summary>The link whose key the customer typed.</summary>
    public SharedLink? Code { get; init; }

    /// <summary>What the customer typed is nobody's code.</summary>
    public bool TypedNonsense { get; init; }

    /// <summary>All that was paid. Of a refund null: all that is left.</summary>
    public long? Amount { get; init; }

    public long Tax { get; init; }

    public long Shipping { get; init; }

    public long Discount { get; init; }

    public string Currency { get; init; } = "";

    public string? Subscription { get; init; }

    public string? Email { get; init; }

    public string CustomerName => $"c-{Customer}";
}

/// <summary>When something is told: things that happened in some order are heard of in another, and some twice.</summary>
internal readonly record struct Telling(Told What, long ArrivesMs, bool IsRepeat);
