using LinkTracker.Edge.Redirects;

namespace LinkTracker.Edge.Tests.Redirects;

public sealed class ClickClockTests
{
    private readonly SettableClock _wall = new() { Now = DateTimeOffset.UnixEpoch.AddYears(57) };

    [Fact]
    public void Time_follows_the_wall_clock_and_stands_still_while_that_is_a_little_behind()
    {
        var clock = new ClickClock(_wall);
        var (first, _) = clock.Next();
        Assert.Equal(_wall.Now.ToUnixTimeMilliseconds(), first);

        _wall.Now -= TimeSpan.FromSeconds(1);
        Assert.Equal(first, clock.Next().UnixMs);

        _wall.Now += TimeSpan.FromHours(2);
        Assert.Equal(_wall.Now.ToUnixTimeMilliseconds(), clock.Next().UnixMs);
    }

    [Fact]
    public void A_wall_clock_that_was_wrong_for_a_moment_is_followed_back_and_no_pair_comes_twice()
    {
        var clock = new ClickClock(_wall);
        var seen = new HashSet<(long, ushort)>();
        for (var step = 0; step < 3; step++)
        {
            Assert.True(seen.Add(clock.Next()));
            Assert.True(seen.Add(clock.Next()));

            _wall.Now += TimeSpan.FromDays(1);
            Assert.True(seen.Add(clock.Next()));

            _wall.Now -= TimeSpan.FromDays(1);
            var back = clock.Next();
            Assert.Equal(_wall.Now.ToUnixTimeMilliseconds(), back.UnixMs);
            Assert.True(seen.Add(back));
        }

        // There are no more numbers to tell a fourth time from the first three.
        _wall.Now += TimeSpan.FromDays(1);
        var ahead = clock.Next();
        _wall.Now -= TimeSpan.FromDays(1);
        Assert.Equal(ahead.UnixMs, clock.Next().UnixMs);
    }

    [Fact]
    public void A_standing_clock_never_gives_the_same_pair_twice()
    {
        var clock = new ClickClock(_wall);
        var seen = new HashSet<(long, ushort)>();
        for (var i = 0; i < 200_000; i++)
        {
            Assert.True(seen.Add(clock.Next()));
        }

        Assert.Equal(_wall.Now.ToUnixTimeMilliseconds() + 12, clock.Next().UnixMs);
    }

    [Fact]
    public async Task Many_threads_never_get_the_same_pair()
    {
        var clock = new ClickClock(_wall);

        var pairs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Enumerable.Range(0, 50_000).Select(_ => clock.Next()).ToList())));

        Assert.Equal(200_000, pairs.SelectMany(p => p).Distinct().Count());
    }

    private sealed class SettableClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
