using System.Runtime.InteropServices;
using LinkTracker.Aggregator.Counting;

namespace LinkTracker.Aggregator.Storage.Redis;

/// <summary>Rows that agree in link, time and value, added up.</summary>
internal sealed class RollupSums
{
    private readonly Dictionary<(long LinkId, long StartMs, string Value), ClickTally> _sums = [];

    public IReadOnlyCollection<RollupRow> Rows => [.. _sums.Select(sum => new RollupRow(sum.Key.LinkId, sum.Key.StartMs, sum.Key.Value, sum.Value))];

    /// <exception cref="OverflowException">A sum does not fit 63 bits.</exception>
    public void Add(RollupRow row) =>
        CollectionsMarshal.GetValueRefOrAddDefault(_sums, (row.LinkId, row.StartMs, row.Value), out _).Add(row.Tally);
}
