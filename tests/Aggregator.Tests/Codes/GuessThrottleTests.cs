using System.Net;
using LinkTracker.Aggregator.Codes;
using LinkTracker.Aggregator.Tests.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Aggregator.Tests.Codes;

public class GuessThrottleTests
{
    private readonly TestClock _clock = new();

    [Fact]
    public void A_network_that_missed_too_often_waits_until_its_ten_minutes_are_over()
    {
        var throttle = Throttle();
        Assert.All(Enumerable.Range(0, GuessThrottle.OfNetwork), _ => Assert.Null(throttle.Enter(Guesser(1))));
        _clock.Ahead = TimeSpan.FromMinutes(4);
        Assert.InRange(throttle.Enter(Guesser(1))!.Value, 359, 360);
        Assert.Null(throttle.Enter(Guesser(2)));
        _clock.Ahead = TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1);
        Assert.Null(throttle.Enter(Guesser(1)));
        Assert.Equal((0, 1), (throttle.Misses, throttle.Throttled));
        throttle.Miss();
        Assert.Equal(1, throttle.Misses);
    }

    [Fact]
    public void Valid_codes_are_no_misses()
    {
        var throttle = Throttle();
        for (var i = 0; i < 3 * GuessThrottle.OfNetwork; i++)
        {
            Assert.Null(throttle.Enter(Guesser(1)));
            throttle.TakeBack(Guesser(1));
        }

        Assert.Equal((0, 0), (throttle.Misses, throttle.Throttled));
    }

    [Fact]
    public void Many_networks_with_one_key_share_its_limit()
    {
        var throttle = Throttle();
        Assert.All(Enumerable.Range(0, GuessThrottle.OfKey), i => Assert.Null(throttle.Enter(Guesser(i))));
        Assert.NotNull(throttle.Enter(Guesser(100_000)));
        Assert.Null(throttle.Enter(Guesser(100_000, key: 2)));
    }

    [Fact]
    public void The_alert_is_logged_once_and_without_an_address()
    {
        var log = new LineLog();
        var throttle = new GuessThrottle(_clock, log);
        for (var i = 0; i < GuessThrottle.OfNetwork + 50; i++)
        {
            throttle.Enter(Guesser(1));
        }

        Assert.StartsWith("code_guessing: 100 codes", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.250", true)]
    [InlineData("203.0.113.7", "203.0.114.7", false)]
    [InlineData("::ffff:203.0.113.7", "203.0.113.9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:2:2::1", false)]
    public void A_client_is_its_network(string one, string other, bool isSame)
    {
        Assert.Equal(isSame, Of(one).Network.SequenceEqual(Of(other).Network));
        static Guesser Of(string address) => Codes.GuessThrottleTests.Of(address, null, null);
    }

    [Fact]
    public void Behind_a_trusted_proxy_the_last_entry_is_the_client_and_without_one_the_header_is_nothing()
    {
        var direct = Of("198.51.100.1", null, null);
        Assert.Equal(direct.Network, Of("198.51.100.1", null, "203.0.113.7").Network);
        Assert.Equal([203, 0, 113], Of("198.51.100.1", "X-Forwarded-For", "192.0.2.1, 203.0.113.7").Network);
        Assert.Equal([203, 0, 113], Of("198.51.100.1", "X-Forwarded-For", "203.0.113.7:4711").Network);
        Assert.Empty(Of("198.51.100.1", "X-Forwarded-For", "unknown").Network);
    }

    private GuessThrottle Throttle() => new(_clock, NullLogger<GuessThrottle>.Instance);

    private static Guesser Guesser(int network, byte key = 1) => new(BitConverter.GetBytes(network), [key]);

    private static Guesser Of(string address, string? header, string? forwarded)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(address);
        context.Request.Headers["X-Forwarded-For"] = forwarded;
        return Aggregator.Codes.Guesser.Of(context, header);
    }

    private sealed class LineLog : ILogger<GuessThrottle>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
