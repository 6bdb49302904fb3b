namespace LinkTracker.Aggregator.Attribution;

/// <summary>What a shop tells of a customer. The names are stored: add, never change.</summary>
internal enum FactKind
{
    Lead,

    /// <summary>A lead that is not one yet: it only remembers the customer and its evidence.</summary>
    Deferred,

    Sale,

    /// <summary>Whatever else the shop counts, such as an activation.</summary>
    Event,
}

/// <summary>One thing that a shop told of a customer, as far as credit depends on it. Compares in the order in which facts happened.</summary>
internal sealed record Fact : IComparable<Fact>
{
    public required long Id { get; init; }

    public required FactKind Kind { get; init; }

    /// <summary>Orders facts of one kind and millisecond the same way in every order of arrival.</summary>
    public required string Key { get; init; }

    /// <summary>Unix milliseconds. When it happened, not when it was told.</summary>
    public required long OccurredAtMs { get; init; }

    public string EventName { get; init; } = "";

    /// <summary>A sale that names its lead means no other one.</summary>
    public string? LeadEventName { get; init; }

    /// <summary>The program that the request named.</summary>
    public long? ProgramId { get; init; }

    /// <summary>Unix milliseconds. When the customer began to pay; null when the shop did not say so.</summary>
    public long? CheckoutStartedAtMs { get; init; }

    /// <summary>Codes and clicks that were told with it.</summary>
    public IReadOnlyList<Touch> Evidence { get; init; } = [];

    /// <summary>Whether the touch is a click that came while the customer was paying already.</summary>
    public bool IsInjected(Touch touch) => touch.ClickToken is not null && CheckoutStartedAtMs <= touch.AtMs && touch.AtMs <= OccurredAtMs;

    // Of one moment, what binds the customer came before what it bought: shops that tell times by the second, or the day, mean that.
    private int Rank => Kind switch { FactKind.Deferred => 0, FactKind.Lead => 1, FactKind.Sale => 2, _ => 3 };

    public int CompareTo(Fact? other)
    {
        if (other is null)
        {
            return 1;
        }

        var byTime = OccurredAtMs.CompareTo(other.OccurredAtMs);
        var byKind = byTime != 0 ? byTime : Rank.CompareTo(other.Rank);
        return byKind != 0 ? byKind : string.CompareOrdinal(Key, other.Key);
    }
}

/// <summary>All that was told of one customer, in no order.</summary>
/// <param name="KnownSinceMs">Since when the shop had the customer already, by an import of its existing customers; null when it is new.</param>
/// <param name="Contacts">Referrers who named this customer before it came.</param>
internal sealed record CustomerHistory(long? KnownSinceMs, IReadOnlyList<Fact> Facts, IReadOnlyList<Touch> Contacts);
