using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Tests.Counting;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Analytics;

public sealed class TimeZoneApiTests : IAsyncLifetime
{
    private static readonly DateTimeOffset From = new(2026, 10, 20, 0, 0, 0, TimeSpan.Zero);

    private ReportServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await ReportServer.StartAsync(From.AddDays(20));
        var (_, link) = await _server.LinkAsync("zones");

        // One click every ten minutes and seven seconds over the changes of both London and New York.
        await _server.ClickAsync([.. Enumerable.Range(0, 2_700).Select(i => new TestClick { Link = link, Visitor = (ulong)i, At = From.AddSeconds(i * 607) })]);
    }

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Theory]
    [InlineData("UTC")]
    [InlineData("America/New_York")]
    [InlineData("Europe/London")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("Asia/Kathmandu")]
    public async Task Days_of_a_zone_hold_exactly_its_clicks_and_add_up(string zone)
    {
        var info = TimeZoneInfo.FindSystemTimeZoneById(zone);
        var expected = Enumerable.Range(0, 2_700)
            .GroupBy(i => TimeZoneInfo.ConvertTime(From.AddSeconds(i * 607), info).ToString("yyyy-MM-dd", null))
            .ToDictionary(day => day.Key, day => day.Count());

        var rows = (await _server.GetAsync($"/analytics?groupBy=timeseries&start=2026-10-15T00:00:00Z&end=2026-11-12T00:00:00Z&timezone={zone}")).AsArray();

        Assert.All(rows, row => Assert.Equal(expected.GetValueOrDefault(row!["start"]!.GetValue<string>()[..10]), row["raw"]!.GetValue<int>()));
        Assert.Equal(2_700, rows.Sum(row => row!["raw"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Days_still_add_up_once_the_single_clicks_are_forgotten()
    {
        _server.Services.GetRequiredService<IClickCounts>().Forget(From.AddYears(1));

        var rows = (await _server.GetAsync("/analytics?groupBy=timeseries&start=2026-10-15T00:00:00Z&end=2026-11-12T00:00:00Z&timezone=Asia/Kathmandu")).AsArray();

        Assert.Equal(2_700, rows.Sum(row => row!["raw"]!.GetValue<int>()));
    }

    [Fact]
    public async Task A_local_date_is_a_day_of_the_zone()
    {
        var utc = await _server.GetAsync("/analytics?start=2026-10-25&end=2026-10-25");
        var london = await _server.GetAsync("/analytics?start=2026-10-25&end=2026-10-25&timezone=Europe/London");

        // 24 hours, and 25 on the day of the change.
        Assert.Equal(Clicks("2026-10-25T00:00Z", "2026-10-26T00:00Z"), utc["raw"]!.GetValue<int>());
        Assert.Equal(Clicks("2026-10-24T23:00Z", "2026-10-26T00:00Z"), london["raw"]!.GetValue<int>());

        static int Clicks(string from, string to) => Enumerable.Range(0, 2_700).Count(i =>
            From.AddSeconds(i * 607) >= DateTimeOffset.Parse(from, null) && From.AddSeconds(i * 607) < DateTimeOffset.Parse(to, null));
    }
}
