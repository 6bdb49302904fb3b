using LinkTracker.Aggregator.Analytics;
using LinkTracker.Aggregator.Counting;

namespace LinkTracker.Aggregator.Tests.Analytics;

public sealed class ZonedBucketsTests
{
    [Theory]
    [InlineData("America/New_York", "2026-03-08", 23)]
    [InlineData("America/New_York", "2026-11-01", 25)]
    [InlineData("Europe/London", "2026-03-29", 23)]
    [InlineData("Europe/London", "2026-10-25", 25)]
    [InlineData("Australia/Lord_Howe", "2026-04-05", 24.5)]
    [InlineData("Australia/Lord_Howe", "2026-10-04", 23.5)]
    [InlineData("Africa/Cairo", "2026-04-24", 23)]
    [InlineData("Africa/Cairo", "2026-10-29", 25)]
    [InlineData("Asia/Kathmandu", "2026-05-04", 24)]
    [InlineData("UTC", "2028-02-29", 24)]
    [InlineData("America/New_York", "2026-12-31", 24)]
    public void A_day_has_as_many_hours_as_the_clocks_of_its_zone_make(string zone, string date, double hours)
    {
        var (start, next) = Day(zone, date);

        Assert.Equal(hours, (next - start) / (double)UtcBuckets.HourMs);
    }

    [Theory]
    [InlineData("America/New_York", "2026-03-08", "2026-03-08T05:00:00Z")]
    [InlineData("America/New_York", "2026-11-01", "2026-11-01T04:00:00Z")]
    [InlineData("Asia/Kathmandu", "2026-05-04", "2026-05-03T18:15:00Z")]
    [InlineData("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z")]
    [InlineData("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z")]
    [InlineData("Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z")]
    public void A_day_begins_when_its_clocks_first_show_it(string zone, string date, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected, null).ToUnixTimeMilliseconds(), Day(zone, date).Start);

    [Fact]
    public void A_day_that_a_zone_left_out_is_no_bucket()
    {
        var buckets = Buckets("Pacific/Apia", "2011-12-28T12:00:00Z", "2012-01-02T09:00:00Z", Granularity.Day);

        // Samoa went from 29 to 31 December 2011.
        Assert.Equal(["2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01"], buckets.Starts.Select(start => buckets.Format(start)[..10]).Skip(0).Where(day => string.CompareOrdinal(day, "2012-01-02") < 0));
    }

    [Fact]
    public void The_hour_that_comes_twice_is_two_buckets()
    {
        var buckets = Buckets("America/New_York", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", Granularity.Hour);

        Assert.Equal(25, buckets.Starts.Count);
        Assert.Contains("2026-11-01T01:00:00.000-04:00", buckets.Starts.Select(buckets.Format));
        Assert.Contains("2026-11-01T01:00:00.000-05:00", buckets.Starts.Select(buckets.Format));
    }

    [Fact]
    public void Months_begin_on_their_first_local_day()
    {
        var buckets = Buckets("Europe/London", "2026-01-15T00:00:00Z", "2026-05-02T00:00:00Z", Granularity.Month);

        Assert.Equal(
            ["2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z", "2026-03-01T00:00:00.000Z", "2026-04-01T00:00:00.000+01:00", "2026-05-01T00:00:00.000+01:00"],
            buckets.Starts.Select(buckets.Format));
    }

    [Theory]
    [InlineData("America/New_York")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("Asia/Kathmandu")]
    [InlineData("Africa/Cairo")]
    [InlineData("Pacific/Apia")]
    public void Every_instant_is_in_the_bucket_of_its_local_day(string zone)
    {
        var (from, to) = ("2026-01-01T00:00:00Z", "2026-12-31T23:00:00Z");
        var buckets = Buckets(zone, from, to, Granularity.Day);
        var info = TimeZoneInfo.FindSystemTimeZoneById(zone);
        for (var at = DateTimeOffset.Parse(from, null); at < DateTimeOffset.Parse(to, null); at = at.AddMinutes(15))
        {
            var expected = TimeZoneInfo.ConvertTime(at, info).ToString("yyyy-MM-dd", null);
            Assert.Equal(expected, buckets.Format(buckets.BucketOf(at.ToUnixTimeMilliseconds()))[..10]);
        }
    }

    [Fact]
    public void Only_hours_in_which_a_day_begins_are_split()
    {
        var kathmandu = Buckets("Asia/Kathmandu", "2026-05-01T00:00:00Z", "2026-05-08T00:00:00Z", Granularity.Day);
        var london = Buckets("Europe/London", "2026-05-01T00:00:00Z", "2026-05-08T00:00:00Z", Granularity.Day);
        var hours = Enumerable.Range(0, 7 * 24).Select(i => UtcBuckets.Hour(Ms("2026-05-01T00:00:00Z")) + i).ToList();

        Assert.Equal(hours.Where(hour => hour % 24 == 18), hours.Where(kathmandu.Splits));
        Assert.DoesNotContain(hours, london.Splits);
    }

    private static long Ms(string time) => DateTimeOffset.Parse(time, null).ToUnixTimeMilliseconds();

    private static ZonedBuckets Buckets(string zone, string from, string to, Granularity granularity) =>
        new(UtcBuckets.Hour(Ms(from)), UtcBuckets.Hour(Ms(to)), granularity, TimeZoneInfo.FindSystemTimeZoneById(zone));

    private static (long Start, long Next) Day(string zone, string date)
    {
        var info = TimeZoneInfo.FindSystemTimeZoneById(zone);
        var day = DateTime.Parse(date, null);
        return (ZonedBuckets.StartOf(day, info), ZonedBuckets.StartOf(day.AddDays(1), info));
    }
}
