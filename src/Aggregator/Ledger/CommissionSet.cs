namespace LinkTracker.Aggregator.Ledger;

/// <summary>The commissions that a transaction works on: each once, with what it was before, so that only those that changed are written.</summary>
internal sealed class CommissionSet
{
    private readonly Dictionary<long, (CommissionRow Now, CommissionRow? Before)> _rows = [];

    public IEnumerable<CommissionRow> All => _rows.Values.Select(row => row.Now);

    /// <summary>The same commissions as the transaction has them, with its changes.</summary>
    public IReadOnlyList<CommissionRow> Track(IEnumerable<CommissionRow> stored) => [.. stored.Select(Track)];

    public void Add(CommissionRow made) => _rows.Add(made.Id, (made, null));

    public bool IsNew(CommissionRow row) => _rows[row.Id].Before is null;

    /// <summary>Those that are new or changed, with their next version.</summary>
    public IReadOnlyList<CommissionRow> TakeChanges(long nowMs)
    {
        var changed = _rows.Values.Where(row => row.Now != row.Before).Select(row => row.Now).ToList();
        foreach (var row in changed)
        {
            row.Version++;
            row.UpdatedAt = nowMs;
            _rows[row.Id] = (row, row with { });
        }

        return changed;
    }

    private CommissionRow Track(CommissionRow stored)
    {
        if (_rows.TryGetValue(stored.Id, out var known))
        {
            return known.Now;
        }

        _rows.Add(stored.Id, (stored, stored with { }));
        return stored;
    }
}
