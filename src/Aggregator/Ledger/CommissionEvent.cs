using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Webhooks;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>What webhooks are told of a commission or reward: of two, the one with the higher version is the newer.</summary>
/// <param name="Side">referrer, or friend: then it is the customer's.</param>
/// <param name="Unit">A currency in lower case, whose minor units <paramref name="Earnings"/> are; or what the shop gives.</param>
/// <param name="Label">What a reward is for, in the shop's words; null when its rule does not say it, and for commissions.</param>
/// <param name="BasisPoints">Of a discount: 1500 is 15 %; null for everything else.</param>
/// <param name="Status">pending, hold, payable, processed while its payout is under way, or paid; or why nothing is owed: refunded, canceled, fraud, duplicate.</param>
internal sealed record CommissionEvent(
    string Id, string Type, string Side, string ProgramId, string? PartnerId, string? CustomerId, string RewardId, int RuleVersion, string Unit, long Earnings,
    string? Label, int? BasisPoints, string Status, long Version)
{
    /// <summary>Version 1 is what is new.</summary>
    /// <param name="rule">Of a reward; null for a commission.</param>
    /// <param name="isProcessed">It is in a payout that is not confirmed yet.</param>
    public static WebhookEvent Of(CommissionRow row, RewardRule? rule, bool isProcessed)
    {
        var id = EntityId.Format(EntityId.Commission, row.Id);
        return new WebhookEvent(row.Version == 1 ? WebhookEvent.CommissionCreated : WebhookEvent.CommissionUpdated, id, new CommissionEvent(
            id,
            row.Type,
            row.Side,
            EntityId.Format(EntityId.Program, row.ProgramId),
            EntityId.Format(EntityId.Partner, row.PartnerId),
            EntityId.Format(EntityId.Customer, row.CustomerId),
            row.RewardId,
            row.RuleVersion,
            row.Unit,
            row.Earnings,
            rule?.Label,
            rule?.Discount(),
            row.Outcome ?? (row.State == Accounts.Held ? "hold" : isProcessed ? "processed" : row.State),
            row.Version));
    }
}
