namespace LinkTracker.Edge.Redirects;

/// <summary>
/// Time and sequence of tokens, unlike any before in this process: a hybrid clock. It follows the wall clock, and when one
/// millisecond has used up its 16,384 numbers it runs ahead into the next instead of repeating one.
/// </summary>
/// <remarks>
/// A wall clock that steps back a little is waited for: the time stands still meanwhile. After a greater step the time follows it
/// back, or one wrong second of the system's clock would date clicks, and expire links, wrongly until the next start. Milliseconds
/// that come again get other numbers: the top two bits of a sequence count such steps. The fourth and later ones are waited for.
/// </remarks>
internal sealed class ClickClock(TimeProvider clock)
{
    private const int NumberBits = 14;
    private const int TurnAt = 60;
    private const int MaxTurn = 3;

    /// <summary>More than clocks are corrected by while they are slewed, in milliseconds.</summary>
    private const long Tolerance = 1_000;

    // Turn, time and number from the high bits down, so that one comparison orders all three.
    private long _last;

    public (long UnixMs, ushort Sequence) Next()
    {
        var wall = clock.GetUtcNow().ToUnixTimeMilliseconds();
        long last;
        long next;
        do
        {
            last = Volatile.Read(ref _last);
            var turn = last >> TurnAt;
            if (TimeOf(last) - wall > Tolerance && turn < MaxTurn)
            {
                turn++;
            }

            next = Math.Max(last + 1, (turn << TurnAt) | (wall << NumberBits));
        }
        while (Interlocked.CompareExchange(ref _last, next, last) != last);

        return (TimeOf(next), (ushort)((next >> TurnAt << NumberBits) | (next & ((1 << NumberBits) - 1))));
    }

    private static long TimeOf(long value) => (value & ((1L << TurnAt) - 1)) >> NumberBits;
}
