namespace LinkTracker.Year.Plan;

/// <summary>Chances, and times that nothing else of the year has.</summary>
internal sealed class Dice(int seed, long fromMs, long untilMs)
{
    public const long DayMs = 86_400_000;

    private readonly Random _random = new(seed);
    private readonly HashSet<long> _times = [];

    public long FromMs => fromMs;

    public long UntilMs => untilMs;

    public Random Random => _random;

    public bool Happens(double chance) => _random.NextDouble() < chance;

    public long Between(long least, long most) => _random.NextInt64(least, most + 1);

    public T Of<T>(IReadOnlyList<T> some) => some[_random.Next(some.Count)];

    /// <summary>One of some, of which the first are taken far more often, as a few referrers bring most.</summary>
    public T Popular<T>(IReadOnlyList<T> some) => some[(int)(some.Count * Math.Pow(_random.NextDouble(), 3))];

    /// <summary>A time in some days' span, which no other has; null when it would be behind the end of the year.</summary>
    public long? Time(long afterMs, double leastDays, double mostDays)
    {
        var time = afterMs + 1 + Between((long)(leastDays * DayMs), (long)(mostDays * DayMs));
        while (time < untilMs && !_times.Add(time))
        {
            time++;
        }

        return time < untilMs ? time : null;
    }
}
