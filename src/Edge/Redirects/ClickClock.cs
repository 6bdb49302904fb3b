namespace LinkTracker.Edge.Redirects;

/// <summary>
/// Time and sequence of tokens, unlike any before in this process: a hybrid clock. It follows the wall clock, never steps back
/// with it, and when one millisecond has used up its 65,536 numbers it runs ahead into the next instead of repeating one.
/// </summary>
internal sealed class ClickClock(TimeProvider clock)
{
    private const int SequenceBits = 16;

    // The time in the high bits, the sequence in the low ones, so that one comparison orders both.
    private long _last;

    public (long UnixMs, ushort Sequence) Next()
    {
        var wall = clock.GetUtcNow().ToUnixTimeMilliseconds() << SequenceBits;
        long last;
        long next;
        do
        {
            last = Volatile.Read(ref _last);
            next = Math.Max(last + 1, wall);
        }
        while (Interlocked.CompareExchange(ref _last, next, last) != last);

        return (next >> SequenceBits, (ushort)next);
    }
}
