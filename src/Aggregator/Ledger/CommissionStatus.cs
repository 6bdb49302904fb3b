namespace LinkTracker.Aggregator.Ledger;

/// <summary>The one word that clients see for how far a commission is; of the contract.</summary>
internal static class CommissionStatus
{
    public static readonly string[] All = ["pending", "processed", "paid", Outcomes.Refunded, Outcomes.Duplicate, Outcomes.Fraud, Outcomes.Canceled, "hold"];

    /// <summary>Tells it in SQL, of commissions <c>c</c> with their payouts <c>o</c>: what has an outcome first.</summary>
    public const string Sql =
        """
        COALESCE(c.outcome, CASE
            WHEN c.state = 'held' THEN 'hold'
            WHEN c.state <> 'paid' THEN 'pending'
            WHEN o.status = 'processing' THEN 'processed'
            ELSE 'paid' END)
        """;
}
