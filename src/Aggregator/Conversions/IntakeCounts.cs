using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>By how much one batch changes the store's counters.</summary>
internal sealed class IntakeCounts
{
    private readonly Dictionary<string, long> _counts = [];

    public void Add(string counter, long by) => _counts[counter] = _counts.GetValueOrDefault(counter) + by;

    public void Save(Session session)
    {
        foreach (var (counter, by) in _counts)
        {
            session.AddLater(counter, by);
        }
    }
}
