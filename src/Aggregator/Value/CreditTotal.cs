namespace LinkTracker.Aggregator.Value;

/// <summary>A row of <c>credit_totals</c>, or what is to be added to it.</summary>
internal sealed class CreditTotal
{
    public const string Partner = "partner";
    public const string Link = "link";

    /// <summary><see cref="Partner"/> or <see cref="Link"/>.</summary>
    public string OwnerKind { get; set; } = "";

    public long OwnerId { get; set; }

    /// <summary>Of sales; empty: leads and customers, which have none.</summary>
    public string Currency { get; set; } = "";

    /// <summary>By their quantity.</summary>
    public long Leads { get; set; }

    /// <summary>Who bought.</summary>
    public long Customers { get; set; }

    /// <summary>One that several touches of the owner share is one.</summary>
    public long Sales { get; set; }

    /// <summary>Minor units.</summary>
    public long Amount { get; set; }

    /// <summary>Of <see cref="Amount"/>.</summary>
    public long Refunded { get; set; }

    public (long Leads, long Customers, long Sales, long Amount, long Refunded) Sums => (Leads, Customers, Sales, Amount, Refunded);
}
