namespace LinkTracker.Contracts.Clicks;

/// <summary>
/// How far a consumer has got in one log. (edge, epoch, address) names a click for ever, so storing this with the
/// counts makes every click count once, however often it is delivered.
/// </summary>
/// <param name="Partition">0 in the embedded mode; the Kafka partition in the cluster.</param>
/// <param name="Edge">The edge's 64-bit id.</param>
/// <param name="Epoch">The log's incarnation; a later one of the same edge has the higher number.</param>
/// <param name="Next">The address behind the last byte that was applied.</param>
public readonly record struct ClickPosition(int Partition, ulong Edge, ulong Epoch, long Next);
