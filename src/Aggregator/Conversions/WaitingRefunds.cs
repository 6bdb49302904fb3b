using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>Refunds that came before their sale, by its business key.</summary>
internal sealed class WaitingRefunds
{
    private readonly Dictionary<string, List<AdjustmentRecord>> _bySale = [];

    public WaitingRefunds(IEnumerable<AdjustmentRow> stored)
    {
        foreach (var row in stored)
        {
            Add(new AdjustmentRecord(row, isNew: false));
        }
    }

    public void Add(AdjustmentRecord refund)
    {
        if (!_bySale.TryGetValue(refund.Row.SaleKey, out var waiting))
        {
            _bySale.Add(refund.Row.SaleKey, waiting = []);
        }

        waiting.Add(refund);
    }

    /// <summary>Those of this sale, which do not wait any more.</summary>
    public IReadOnlyList<AdjustmentRecord> Take(string saleKey) => _bySale.Remove(saleKey, out var waiting) ? waiting : [];

    /// <summary>Stores those that go on waiting.</summary>
    public void Save(Session session) =>
        ConversionTables.Adjustments.Insert(session, [.. _bySale.Values.SelectMany(some => some).Where(one => one.IsNew).Select(one => one.Row)]);
}
