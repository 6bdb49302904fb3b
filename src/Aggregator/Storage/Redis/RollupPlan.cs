using System.Text;
using LinkTracker.Aggregator.Counting;

namespace LinkTracker.Aggregator.Storage.Redis;

/// <summary>Which hashes hold the sums of a query, and which of their fields belong to it: whole days from those of days, hours around them.</summary>
internal sealed class RollupPlan
{
    private readonly RollupQuery _query;
    private readonly (bool IsDays, long From, long To)[] _spans;

    public RollupPlan(RollupQuery query)
    {
        _query = query;
        var (firstDay, endDay) = (-UtcBuckets.Floor(-query.FromHour, 24), UtcBuckets.Floor(query.ToHour, 24));
        _spans = query.Split == RollupSplit.Hour || firstDay >= endDay
            ? [(false, query.FromHour, query.ToHour)]
            : [(false, query.FromHour, firstDay * 24), (true, firstDay, endDay), (false, endDay * 24, query.ToHour)];
    }

    /// <summary>The days since 1970, UTC, of a query on which a link may have been clicked.</summary>
    public static IEnumerable<long> DaysOf(RollupQuery query, LinkEntry clicked)
    {
        var (from, to) = (Math.Max(query.FromHour, clicked.FirstHour), Math.Min(query.ToHour, clicked.LastHour + 1));
        return from < to ? Numbers(UtcBuckets.DayOfHour(from), UtcBuckets.DayOfHour(to - 1)) : [];
    }

    /// <summary>What to read of a link that was clicked within the hours of its entry.</summary>
    public IEnumerable<HashRead> Of(RedisKeys keys, long linkId, LinkEntry clicked, Action<RollupRow> take)
    {
        foreach (var (isDays, spanFrom, spanTo) in _spans)
        {
            var (first, last) = isDays
                ? (UtcBuckets.DayOfHour(clicked.FirstHour), UtcBuckets.DayOfHour(clicked.LastHour))
                : (clicked.FirstHour, clicked.LastHour);
            var (from, to) = (Math.Max(spanFrom, first), Math.Min(spanTo, last + 1));
            if (from >= to)
            {
                continue;
            }

            foreach (var number in Numbers(UtcBuckets.Floor(from, SumsWindow.Buckets), UtcBuckets.Floor(to - 1, SumsWindow.Buckets)))
            {
                var window = SumsWindow.Of(isDays, linkId, _query.Dimension, number * SumsWindow.Buckets);
                yield return new HashRead(keys.Sums(window), (field, tally) =>
                {
                    var bytes = ((ReadOnlyMemory<byte>)field).Span;
                    if (window.TryRead(bytes, _query.Dimension, out var bucket) && bucket >= from && bucket < to)
                    {
                        take(RowOf(linkId, isDays, bucket, bytes[SumsWindow.FieldHeader..], PackedTally.Read(tally!)));
                    }
                });
            }
        }
    }

    private RollupRow RowOf(long linkId, bool isDays, long bucket, ReadOnlySpan<byte> value, in ClickTally tally) => new(
        _query.Split == RollupSplit.Link ? linkId : 0,
        _query.Split is RollupSplit.Hour or RollupSplit.Day ? bucket * (isDays ? UtcBuckets.DayMs : UtcBuckets.HourMs) : 0,
        Encoding.UTF8.GetString(value),
        tally);

    private static IEnumerable<long> Numbers(long first, long last)
    {
        for (var number = first; number <= last; number++)
        {
            yield return number;
        }
    }
}
