namespace LinkTracker.Aggregator.Tests.Ledger;

/// <summary>How to take back what a transaction wrote in memory, the last thing first.</summary>
internal sealed class UndoLog
{
    private readonly Stack<Action> _steps = [];

    public void Put<TKey, TValue>(Dictionary<TKey, TValue> table, TKey key, TValue value)
        where TKey : notnull
    {
        var isKnown = table.TryGetValue(key, out var before);
        Do(() => table[key] = value, () =>
        {
            if (isKnown)
            {
                table[key] = before!;
            }
            else
            {
                table.Remove(key);
            }
        });
    }

    public void Add(HashSet<long> ids, long id)
    {
        if (ids.Add(id))
        {
            _steps.Push(() => ids.Remove(id));
        }
    }

    public void Add<T>(List<T> rows, IReadOnlyCollection<T> more)
    {
        var count = rows.Count;
        Do(() => rows.AddRange(more), () => rows.RemoveRange(count, rows.Count - count));
    }

    public void Do(Action change, Action undo)
    {
        change();
        _steps.Push(undo);
    }

    /// <summary>What was written stays.</summary>
    public void Commit() => _steps.Clear();

    /// <summary>Takes back what was written since the last commit.</summary>
    public void Rollback()
    {
        while (_steps.TryPop(out var undo))
        {
            undo();
        }
    }
}
