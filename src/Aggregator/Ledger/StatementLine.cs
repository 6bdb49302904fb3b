using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Rewards;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>A lead or a purchase on a statement with one of its rewards, or with the reason why there is none.</summary>
internal sealed class StatementLine
{
    /// <summary>Nothing is missed any more, and its reward is about to be derived.</summary>
    public const string NotDerived = "not_derived";

    /// <summary>Null: the referrer gets nothing for it.</summary>
    public long? Id { get; set; }

    /// <summary>Null for what a person gave.</summary>
    public long? ConversionId { get; set; }

    public long CustomerId { get; set; }

    public string ExternalId { get; set; } = "";

    public bool IsTestCustomer { get; set; }

    public string Type { get; set; } = "";

    public long OccurredAt { get; set; }

    public string OrderKey { get; set; } = "";

    public string RewardId { get; set; } = "";

    public string? InvoiceId { get; set; }

    /// <summary>Minor units of <see cref="Currency"/>, like the next two.</summary>
    public long Sold { get; set; }

    public long Refunded { get; set; }

    /// <summary>The referrer's part of what was sold.</summary>
    public long Credited { get; set; }

    public string? Currency { get; set; }

    public long Earnings { get; set; }

    public string? Note { get; set; }

    public string? Outcome { get; set; }

    public string State { get; set; } = "";

    /// <summary>As of <see cref="CommissionStatus"/>.</summary>
    public string Status { get; set; } = "";

    public long AvailableAt { get; set; }

    public long? ApprovedAt { get; set; }

    public bool IsChecked { get; set; }

    /// <summary>Of a line without a reward; null when a person gave the referrer one for the same invoice.</summary>
    public string? Missed { get; set; }

    public StatementPurchase ToPurchase(IEnumerable<PostingRow> postings) => new(
        EntityId.Format(EntityId.Commission, Id),
        ConversionId is { } id ? EntityId.Format(Type == "sale" ? EntityId.Sale : EntityId.Lead, id) : null,
        Type,
        Fields.Time(OccurredAt),
        InvoiceId,
        Sold,
        Refunded,
        Sold - Refunded,
        Credited,
        Currency,
        Earnings,
        Id is not null ? Status : Missed == UnmetReasons.NoRate ? "waiting" : "none",
        Why,
        Note,
        [.. postings.Select(StatementPosting.Of)]);

    // What ended it first, then what keeps it back; null when it is as the rule says and nothing keeps it back.
    private string? Why => this switch
    {
        { Id: null } => WhyNone,
        { Outcome: Outcomes.Refunded } => "All of it went back.",
        { Outcome: Outcomes.Canceled } => "It was canceled, or somebody else is credited for it.",
        { Outcome: Outcomes.Fraud } => "It was found to be fraud.",
        { Outcome: Outcomes.Duplicate } => "It is counted already.",
        { Earnings: 0, Note: { } note } => $"Nothing is owed: {note}.",
        { State: Accounts.Held } => "Somebody looks into it.",
        { State: Accounts.Pending, ApprovedAt: null } => "It waits for approval.",
        { State: Accounts.Pending } => $"It waits for refunds until {Fields.Time(AvailableAt)}.",
        { State: Accounts.Payable, IsChecked: false } => "The fraud rules look at it once more.",
        _ => null,
    };

    private string WhyNone => Missed switch
    {
        null => $"A person gave a reward for this {(Type == "lead" ? "lead" : "invoice")}.",
        UnmetReasons.Stopped => "The referrer was stopped at that time.",
        UnmetReasons.NoRules or UnmetReasons.OtherEvent => $"The program gives no money for a {Type}.",
        UnmetReasons.LeadRewarded => "An earlier lead of the customer has the reward.",
        UnmetReasons.NotNth => "Only some of a customer's sales are rewarded, and this is none of them.",
        UnmetReasons.NotFirstSale => "Only the customer's first sale is rewarded.",
        UnmetReasons.MonthsOver => "The time in which the customer's sales are rewarded was over.",
        UnmetReasons.OtherProducts => "None of its products is rewarded.",
        UnmetReasons.BelowMinimum => "It is less than the least amount that is rewarded.",
        UnmetReasons.NoRate => $"It waits for an exchange rate of {Fields.Time(OccurredAt)[..10]}, from {Currency!.ToUpperInvariant()} to the program's currency.",
        _ => "Its reward is being computed.",
    };
}
