namespace LinkTracker.Aggregator.Counting.Partitions;

/// <summary>The right to count a partition, until another Aggregator takes it.</summary>
/// <param name="Fence">Grows with every taking of the partition; stores refuse what comes with a lower one.</param>
internal readonly record struct PartitionLease(int Partition, long Fence);

/// <summary>What an Aggregator knows after it has shown that it lives.</summary>
/// <param name="Mine">What it holds.</param>
/// <param name="Free">Partitions that nobody holds.</param>
/// <param name="Share">How many it should hold, given who else lives.</param>
internal sealed record LeaseView(IReadOnlyList<PartitionLease> Mine, IReadOnlyList<int> Free, int Share);
