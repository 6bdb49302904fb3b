namespace LinkTracker.Aggregator.Webhooks;

/// <summary>Something that webhooks can be told of.</summary>
/// <param name="Type">One of <see cref="Types"/>.</param>
/// <param name="Id">Of what it is about, as on the wire: what is told when <paramref name="Data"/> is too large.</param>
/// <param name="Data">What the API answers for it.</param>
internal sealed record WebhookEvent(string Type, string Id, object Data)
{
    public const string LeadCreated = "lead.created";
    public const string SaleCreated = "sale.created";
    public const string RefundCreated = "refund.created";
    public const string CreditUpdated = "credit.updated";
    public const string CommissionCreated = "commission.created";
    public const string CommissionUpdated = "commission.updated";
    public const string PayoutCreated = "payout.created";
    public const string PayoutCompleted = "payout.completed";
    public const string PayoutFailed = "payout.failed";
    public const string FraudCaseCreated = "fraud_case.created";

    public static readonly string[] Types =
        [LeadCreated, SaleCreated, RefundCreated, CreditUpdated, CommissionCreated, CommissionUpdated, PayoutCreated, PayoutCompleted, PayoutFailed, FraudCaseCreated];
}
