using LinkTracker.Aggregator.Conversions;

namespace LinkTracker.Aggregator.Customers;

/// <summary>A row of <c>customers</c>: who was referred.</summary>
internal class CustomerRow
{
    public long Id { get; set; }

    public string ExternalId { get; set; } = "";

    public string? Name { get; set; }

    public string? Email { get; set; }

    public string? Avatar { get; set; }

    /// <summary>The link that its first credited conversion goes to.</summary>
    public long? LinkId { get; set; }

    public long? PartnerId { get; set; }

    /// <summary>The click that was told with its first conversion that had one.</summary>
    public string? ClickToken { get; set; }

    public long? ClickedAt { get; set; }

    public long CreatedAt { get; set; }

    /// <summary>Of test mode: it has a name of its own.</summary>
    public bool IsTest { get; set; }

    /// <summary>Only sales and events so far that nobody is credited for: it is not shown.</summary>
    public bool IsPending { get; set; }

    /// <summary>Since when the shop had it before it was referred; null: it is new.</summary>
    public long? KnownSince { get; set; }

    /// <summary>JSON object of strings, numbers and booleans.</summary>
    public string? Attributes { get; set; }

    /// <summary>When its subscription ended.</summary>
    public long? CanceledAt { get; set; }

    /// <summary>Nothing of the person is left; what it bought stays.</summary>
    public long? DeletedAt { get; set; }

    /// <summary>The shop's id of it.</summary>
    public string ShownId => CustomerRecord.ShownId(IsTest, ExternalId);

    /// <summary>One of which nothing is known yet but what the shop calls it.</summary>
    public static CustomerRow Unknown(long id, bool isTest, string externalId, long nowMs) => new()
    {
        Id = id,
        ExternalId = IntakeBatch.StoredId(isTest, externalId),
        IsTest = isTest,
        IsPending = true,
        CreatedAt = nowMs,
    };
}
