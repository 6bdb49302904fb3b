using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Customers;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>What the shop has to give somebody.</summary>
internal sealed record RewardResponse
{
    public required string Id { get; init; }

    /// <summary>Who gets it: <c>referrer</c> or <c>friend</c>, who is the customer.</summary>
    public required string Side { get; init; }

    /// <summary><c>money</c>, <c>credit</c>, <c>discount</c> or <c>access</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Minor units of the currency, or pieces where there is none.</summary>
    public required long Amount { get; init; }

    /// <summary>What is left to give while it is payable, else 0: less what was given of it, and what its owner was given before and is not owed any more.</summary>
    public required long AmountToGive { get; init; }

    /// <summary>What was given of it so far.</summary>
    public required long AmountGiven { get; init; }

    public required string? Currency { get; init; }

    /// <summary>What it is for, in the shop's words; null when the rule does not say it.</summary>
    public required string? Label { get; init; }

    /// <summary>Of a discount: 1500 is 15 %; null for everything else.</summary>
    public required int? BasisPoints { get; init; }

    /// <summary>The rule.</summary>
    public required string RewardId { get; init; }

    public required int RuleVersion { get; init; }

    public required string ProgramId { get; init; }

    /// <summary><c>pending</c>, <c>hold</c>, <c>payable</c>, <c>fulfilled</c>, or why there is nothing to give any more.</summary>
    public required string Status { get; init; }

    public required string? Description { get; init; }

    public required CommissionPartner Partner { get; init; }

    public required CustomerResponse? Customer { get; init; }

    public required string OccurredAt { get; init; }

    public required string AvailableAt { get; init; }

    /// <summary>Null while a person has to approve it.</summary>
    public required string? ApprovedAt { get; init; }

    public required string CreatedAt { get; init; }

    public required string UpdatedAt { get; init; }

    /// <summary>Grows with every change: of two messages about one reward the higher is the newer.</summary>
    public required long Version { get; init; }

    public required bool TestMode { get; init; }

    public static string StatusOf(CommissionRead row) => (row.Status, row.State) switch
    {
        ("pending", Accounts.Payable) => "payable",
        ("paid", _) => "fulfilled",
        _ => row.Status,
    };

    public static RewardResponse Of(CommissionRead row, RewardRule rule, CustomerResponse? customer, long amountToGive, long amountGiven) => new()
    {
        Id = EntityId.Format(EntityId.Commission, row.Id),
        Side = row.Side,
        Kind = Units.IsMoney(row.Unit) ? "money" : Units.WithoutTest(row.Unit).Split(':')[0],
        Amount = row.Earnings,
        AmountToGive = amountToGive,
        AmountGiven = amountGiven,
        Currency = Units.CurrencyOf(row.Unit),
        Label = rule.Label,
        BasisPoints = rule.Discount(),
        RewardId = row.RewardId,
        RuleVersion = row.RuleVersion,
        ProgramId = EntityId.Format(EntityId.Program, row.ProgramId),
        Status = StatusOf(row),
        Description = row.Note,
        Partner = CommissionPresenter.PartnerOf(row),
        Customer = customer,
        OccurredAt = Fields.Time(row.OccurredAt),
        AvailableAt = Fields.Time(row.AvailableAt),
        ApprovedAt = Fields.Time(row.ApprovedAt),
        CreatedAt = Fields.Time(row.CreatedAt),
        UpdatedAt = Fields.Time(row.UpdatedAt),
        Version = row.Version,
        TestMode = row.IsTest,
    };
}
