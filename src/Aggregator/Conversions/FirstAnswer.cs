namespace LinkTracker.Aggregator.Conversions;

/// <summary>What the first request with a business key got.</summary>
/// <param name="Kind">For counting: lead, sale, event, refund.</param>
/// <param name="CustomerId">Null for a refund.</param>
internal sealed record FirstAnswer(string Kind, string Answer, string RequestHash, long? CustomerId);
