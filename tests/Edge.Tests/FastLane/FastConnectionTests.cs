using System.Diagnostics.Metrics;
using System.Text;
using System.Text.RegularExpressions;
using LinkTracker.Edge.Clicks;
using LinkTracker.Edge.Redirects;
using LinkTracker.Edge.Tests.Redirects;

namespace LinkTracker.Edge.Tests.FastLane;

/// <summary>The fast lane on connections whose pieces and seconds the test decides.</summary>
public sealed partial class FastConnectionTests : IAsyncLifetime
{
    private const string Plain = "GET /spring HTTP/1.1\r\nHost: go.example.com\r\nUser-Agent: a\r\n\r\n";
    private const string Post = "POST /spring HTTP/1.1\r\nHost: go.example.com\r\nContent-Length: 5\r\n\r\nhello";

    private EdgeProbe _edge = null!;

    public async Task InitializeAsync()
    {
        _edge = await EdgeProbe.StartAsync(s => s with { Durable = false });
        _ = await _edge.HasLinkAsync("spring");
    }

    public async Task DisposeAsync() => await _edge.DisposeAsync();

    [Fact]
    public async Task A_request_is_answered_wherever_it_is_split()
    {
        for (var at = 1; at < Plain.Length; at++)
        {
            await using var connection = new TestConnection(_edge);
            await connection.SendAsync(Plain[..at]);
            Assert.False(connection.TryDiscard());

            await connection.SendAsync(Plain[at..]);

            Assert.Equal(["302"], Statuses(await connection.ReceiveAsync()));
            Assert.False(connection.End.IsCompleted);
            connection.Shut();
            await connection.End;
            Assert.Null(connection.HandedOver);
        }
    }

    [Fact]
    public async Task A_request_that_comes_byte_by_byte_is_answered_and_so_is_the_one_behind_it()
    {
        await using var connection = new TestConnection(_edge);
        foreach (var b in Encoding.ASCII.GetBytes(Plain + Plain))
        {
            await connection.SendAsync(new[] { b });
        }

        Assert.Equal(["302", "302"], Statuses(await connection.ReceiveAsync()));
    }

    [Fact]
    public async Task Requests_in_one_piece_are_all_answered_in_order()
    {
        await using var connection = new TestConnection(_edge, pauseWriter: 0);

        await connection.SendAsync(string.Concat(Enumerable.Range(0, 200).Select(i => Plain.Replace("/spring", i % 3 == 0 ? "/none" : "/spring", StringComparison.Ordinal))));

        var statuses = Statuses(await connection.ReceiveAsync());
        Assert.Equal(Enumerable.Range(0, 200).Select(i => i % 3 == 0 ? "404" : "302"), statuses);
    }

    [Theory]
    [InlineData("")]
    [InlineData(Plain)]
    [InlineData(Plain + Plain)]
    public async Task Anything_else_is_handed_over_untouched_behind_the_answers_that_are_due(string before)
    {
        await using var connection = new TestConnection(_edge);

        await connection.SendAsync(before + Post + Plain);
        await connection.End;

        Assert.Equal(Post + Plain, connection.HandedOver);
        Assert.Equal(Statuses(before.Replace("GET /spring HTTP/1.1", "HTTP/1.1 302", StringComparison.Ordinal)), Statuses(await connection.ReceiveAsync()));
        Assert.Equal(1, _edge.Service<EdgeMetrics>().HandedOver);
    }

    [Theory]
    [InlineData("P")]
    [InlineData("GE /")]
    [InlineData("GET /spring HTTP/1.1\n")]
    [InlineData("GET /spring HTTP/1.1\r\nHost: go.example.com\nX: y")]
    [InlineData("GET /spring HTTP/1.1\r\nHost: go.example.com\rX: y")]
    [InlineData("GET /spring HTTP/1.0\r\n")]
    [InlineData("GET /spring HTTP/1.1\r\n folded")]
    [InlineData("\r\n")]
    public async Task What_can_be_no_plain_request_any_more_is_handed_over_before_it_is_complete(string start)
    {
        await using var connection = new TestConnection(_edge);

        await connection.SendAsync(start);
        if (start.EndsWith("folded", StringComparison.Ordinal))
        {
            await connection.SendAsync("\r\n");
            start += "\r\n";
        }

        await connection.End.WaitAsync(Eventually.Limit);
        Assert.Equal(start, connection.HandedOver);
    }

    [Fact]
    public async Task A_head_that_does_not_end_is_looked_at_up_to_8_KiB_only()
    {
        await using var connection = new TestConnection(_edge);
        await connection.SendAsync("GET /spring HTTP/1.1\r\nHost: go.example.com\r\nX: ");
        for (var sent = 0; sent < 8 << 10 && !connection.End.IsCompleted; sent += 512)
        {
            await connection.SendAsync(new string('x', 512));
        }

        await connection.End.WaitAsync(Eventually.Limit);
        Assert.InRange(connection.HandedOver!.Length, 8 << 10, (8 << 10) + 512);
    }

    [Fact]
    public async Task Half_a_request_and_its_end_is_the_pipeline_s_to_judge()
    {
        await using var connection = new TestConnection(_edge);

        await connection.SendAsync(Plain + Plain[..20]);
        connection.Shut();
        await connection.End;

        Assert.Equal(Plain[..20], connection.HandedOver);
    }

    [Fact]
    public async Task An_idle_connection_is_closed_after_the_keep_alive_time_and_no_sooner()
    {
        await using var connection = new TestConnection(_edge);
        await connection.SendAsync(Plain);
        _ = await connection.ReceiveAsync();

        connection.PassSeconds(130);
        Assert.False(connection.End.IsCompleted);

        connection.PassSeconds(2);
        await connection.End.WaitAsync(Eventually.Limit);
        Assert.Null(connection.HandedOver);
    }

    [Fact]
    public async Task A_dribbled_request_is_answered_408_when_its_time_is_over_however_often_a_byte_comes()
    {
        await using var connection = new TestConnection(_edge);
        foreach (var b in Plain[..6])
        {
            await connection.SendAsync(b.ToString());
            connection.PassSeconds(1);
        }

        Assert.False(connection.End.IsCompleted);
        connection.PassSeconds(1);

        await connection.End.WaitAsync(Eventually.Limit);
        var answer = await connection.ReceiveAsync();
        Assert.Equal(["408"], Statuses(answer));
        Assert.Contains("\r\nConnection: close\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_in_time_starts_the_time_anew()
    {
        await using var connection = new TestConnection(_edge);
        for (var i = 0; i < 5; i++)
        {
            await connection.SendAsync(Plain[..20]);
            connection.PassSeconds(4);
            await connection.SendAsync(Plain[20..]);
            Assert.Equal(["302"], Statuses(await connection.ReceiveAsync()));
        }

        Assert.False(connection.End.IsCompleted);
    }

    [Fact]
    public async Task A_visitor_who_does_not_read_is_given_up_and_never_holds_more_than_the_pipe()
    {
        await using var connection = new TestConnection(_edge, pauseWriter: 4_096);
        await connection.SendAsync(string.Concat(Enumerable.Repeat(Plain, 500)));

        connection.PassSeconds(6);
        Assert.False(connection.Aborted.IsCompleted);
        connection.PassSeconds(1);

        await connection.Aborted.WaitAsync(Eventually.Limit);
        Assert.True((await connection.ReceiveAsync()).Length < 32 << 10);
    }

    [Fact]
    public async Task When_the_server_stops_a_busy_connection_gets_a_last_answer_that_says_so()
    {
        await using var connection = new TestConnection(_edge);
        await connection.SendAsync(Plain);
        Assert.DoesNotContain("Connection: close", await connection.ReceiveAsync(), StringComparison.Ordinal);

        connection.StopServer();
        Assert.False(connection.End.IsCompleted);
        await connection.SendAsync(Plain + Plain);

        await connection.End.WaitAsync(Eventually.Limit);
        var last = await connection.ReceiveAsync();
        Assert.Equal(["302"], Statuses(last));
        Assert.Contains("\r\nConnection: close\r\n", last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_the_server_stops_an_idle_connection_ends_within_two_seconds()
    {
        await using var connection = new TestConnection(_edge);
        connection.PassSeconds(1);
        connection.StopServer();

        connection.PassSeconds(2);

        await connection.End.WaitAsync(Eventually.Limit);
        Assert.Null(connection.HandedOver);
    }

    [Fact]
    public async Task The_warm_up_holds_readiness_back_and_leaves_no_trace()
    {
        await using var edge = await EdgeProbe.StartAsync();
        using (var early = await edge.GetAsync("/readyz"))
        {
            Assert.Equal("warming up\n", await early.Content.ReadAsStringAsync());
        }

        await edge.UntilWarmAsync();

        using var ready = await edge.GetAsync("/readyz");
        Assert.Equal("ready\n", await ready.Content.ReadAsStringAsync());
        var stats = edge.Service<ClickLog>().Figures.Take();
        Assert.Equal((0, 0), (stats.Offered, edge.Service<EdgeMetrics>().Total(RedirectOutcome.NotFound)));
    }

    [Fact]
    public async Task Whoever_listens_is_told_how_long_each_answer_took()
    {
        var meters = _edge.Service<IMeterFactory>();
        var seconds = new List<double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, me) =>
            {
                if (instrument.Meter.Scope == meters && instrument.Name == "linktracker.fast_lane.duration")
                {
                    me.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, measured, _, _) => seconds.Add(measured));
        listener.Start();
        await using var connection = new TestConnection(_edge);

        await connection.SendAsync(Plain + Plain + Plain.Replace("/spring", "/none", StringComparison.Ordinal));
        _ = await connection.ReceiveAsync();

        Assert.Equal(3, seconds.Count);
        Assert.All(seconds, taken => Assert.InRange(taken, double.Epsilon, 20));
    }

    private static IEnumerable<string> Statuses(string answer) => StatusLine().Matches(answer).Select(match => match.Groups[1].Value);

    [GeneratedRegex("HTTP/1.1 ([0-9]{3})")]
    private static partial Regex StatusLine();
}
