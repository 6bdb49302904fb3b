namespace LinkTracker.Aggregator.Counting;

/// <summary>The numbers of a batch as rows, in the order of the key: a store visits its pages once, and locks in one order.</summary>
internal static class CountRows
{
    /// <summary>Hours of one day, link, dimension and value stand together.</summary>
    public static List<KeyValuePair<CountKey, ClickTally>> Hours(CountBatch batch) => [.. batch.Hours.OrderBy(row => row.Key, DayOrder.Instance)];

    /// <summary>The sums of days, whose keys have the day since 1970 in place of the hour.</summary>
    /// <param name="hours">In the order of <see cref="Hours"/>.</param>
    /// <exception cref="OverflowException">A number does not fit 63 bits.</exception>
    public static IEnumerable<KeyValuePair<CountKey, ClickTally>> Days(IEnumerable<KeyValuePair<CountKey, ClickTally>> hours)
    {
        var day = default(CountKey);
        var sum = default(ClickTally);
        foreach (var (key, tally) in hours)
        {
            var next = key with { Hour = UtcBuckets.DayOfHour(key.Hour) };
            if (next != day && sum.Raw > 0)
            {
                yield return new(day, sum);
                sum = default;
            }

            day = next;
            sum.Add(tally);
        }

        if (sum.Raw > 0)
        {
            yield return new(day, sum);
        }
    }

    private sealed class DayOrder : IComparer<CountKey>
    {
        public static DayOrder Instance { get; } = new();

        public int Compare(CountKey x, CountKey y)
        {
            var order = x.Dimension.CompareTo(y.Dimension);
            order = order != 0 ? order : x.LinkId.CompareTo(y.LinkId);
            order = order != 0 ? order : UtcBuckets.DayOfHour(x.Hour).CompareTo(UtcBuckets.DayOfHour(y.Hour));
            order = order != 0 ? order : string.CompareOrdinal(x.Value, y.Value);
            return order != 0 ? order : x.Hour.CompareTo(y.Hour);
        }
    }
}
