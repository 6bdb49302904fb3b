using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>One part of the credit for a lead or a sale, as others are told.</summary>
/// <param name="PartnerId">Null when the link is no referrer's.</param>
/// <param name="ClickId">Null for a typed code, and for what is inherited from a credit without a click.</param>
/// <param name="Method"><c>code</c>, <c>click</c>, <c>lead</c>, <c>customer</c> or <c>contact</c>.</param>
/// <param name="Weight">Its share is this by the sum of all weights.</param>
/// <param name="Amount">Of a sale, minor units of its currency: all parts add up to the sale; null for a lead.</param>
internal sealed record CreditShare(string LinkId, string? PartnerId, string? ClickId, string Method, long Weight, long? Amount)
{
    /// <summary>All parts of one conversion, in their order.</summary>
    /// <param name="kind">Of the conversion.</param>
    public static IReadOnlyList<CreditShare> Of(IEnumerable<CreditRow> credits, string kind) =>
    [
        .. credits.Select(credit => new CreditShare(
            EntityId.Format(EntityId.Link, credit.LinkId), EntityId.Format(EntityId.Partner, credit.PartnerId), credit.ClickToken, credit.Method, credit.Weight,
            kind == "sale" ? credit.Amount : null)),
    ];
}
