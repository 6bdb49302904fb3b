namespace LinkTracker.Aggregator.Conversions;

/// <summary>The end of a subscription.</summary>
/// <param name="SubscriptionId">Empty: all that the customer had by then.</param>
/// <param name="CanceledAt">Unix milliseconds, as <paramref name="ReceivedAt"/>.</param>
internal sealed record CancellationRow(long CustomerId, string SubscriptionId, long CanceledAt, long ReceivedAt);
