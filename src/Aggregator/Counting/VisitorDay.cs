using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Counting;

/// <summary>
/// The counted clicks of one UTC day: when each visitor clicked each link. What it answers depends on the set of clicks
/// only, not on the order in which they were loaded.
/// </summary>
/// <remarks>
/// A table with open addressing: 12 bytes for each place, of which at most four in five are taken. Every counted click has a place of its
/// own, a visitor's later ones behind the first.
/// </remarks>
internal sealed class VisitorDay
{
    private const int WindowMs = (int)UtcBuckets.HourMs;
    private const int SmallestBits = 4;

    private ulong[] _keys = new ulong[1 << SmallestBits];

    // Milliseconds since the day began, and one; 0: the place is free.
    private int[] _times = new int[1 << SmallestBits];
    private int _bits = SmallestBits;

    /// <summary>Clicks that are remembered.</summary>
    public int Count { get; private set; }

    /// <summary>Judges a click and, when it counts, remembers it.</summary>
    /// <param name="linkId">The link that was clicked.</param>
    /// <param name="visitor">The visitor's hash of that day.</param>
    /// <param name="ms">Milliseconds since the day began.</param>
    public (Disposition Disposition, bool Unique) Judge(long linkId, ulong visitor, int ms)
    {
        var key = KeyOf(linkId, visitor);
        var isKnown = false;
        var place = PlaceOf(key);
        for (; _times[place] != 0; place = After(place))
        {
            if (_keys[place] == key)
            {
                if (IsNear(_times[place] - 1, ms))
                {
                    return (Disposition.Duplicate, false);
                }

                isKnown = true;
            }
        }

        Put(place, key, ms);
        return (Disposition.Valid, !isKnown);
    }

    /// <summary>Takes in a click that was counted before.</summary>
    public void Load(long linkId, ulong visitor, int ms)
    {
        var key = KeyOf(linkId, visitor);
        Put(FreeFor(key), key, ms);
    }

    /// <summary>Takes in the clicks of a UTC day that count.</summary>
    /// <param name="scan">Reads them from where they are stored.</param>
    public void Load(long day, Action<ClickScan, ClickVisit> scan)
    {
        var start = day * UtcBuckets.DayMs;
        scan(new ClickScan { FromMs = start, ToMs = start + UtcBuckets.DayMs }, (in StoredClick click) =>
        {
            if (click.Disposition == Disposition.Valid)
            {
                Load(click.Record.Token.LinkId, click.Record.VisitorHash, (int)(click.Record.OccurredAtMs - start));
            }
        });
    }

    private void Put(int place, ulong key, int ms)
    {
        _keys[place] = key;
        _times[place] = ms + 1;
        Count++;
        if (Count > _times.Length / 5 * 4)
        {
            Grow();
        }
    }

    private void Grow()
    {
        var (keys, times) = (_keys, _times);
        _bits++;
        _keys = new ulong[1 << _bits];
        _times = new int[1 << _bits];
        for (var i = 0; i < times.Length; i++)
        {
            if (times[i] != 0)
            {
                var place = FreeFor(keys[i]);
                (_keys[place], _times[place]) = (keys[i], times[i]);
            }
        }
    }

    private int FreeFor(ulong key)
    {
        var place = PlaceOf(key);
        while (_times[place] != 0)
        {
            place = After(place);
        }

        return place;
    }

    private int PlaceOf(ulong key) => (int)((key * 0x9E37_79B9_7F4A_7C15) >> (64 - _bits));

    private int After(int place) => (place + 1) & (_times.Length - 1);

    // In both directions: clicks of several edges do not arrive in the order of their times.
    private static bool IsNear(int counted, int ms) => Math.Abs(counted - ms) < WindowMs;

    // 64 random bits of the visitor: among ten million clicks of a day, two share a key once in 370,000 days.
    private static ulong KeyOf(long linkId, ulong visitor) => visitor ^ ((ulong)linkId * 0xD1B5_4A32_D192_ED03);
}
