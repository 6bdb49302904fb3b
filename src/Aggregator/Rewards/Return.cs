namespace LinkTracker.Aggregator.Rewards;

/// <summary>What went back of a sale by one refund, in minor units of the sale's currency.</summary>
/// <param name="Amount">What of it took effect.</param>
/// <param name="Parts">What that was; null when nobody said it: the same part of everything that was left.</param>
internal sealed record Return(long Amount, ReturnedParts? Parts);

/// <param name="Lines">Null when nobody said which products came back.</param>
internal sealed record ReturnedParts(long Tax, long Shipping, IReadOnlyList<LineItem>? Lines);
