using System.Globalization;

namespace LinkTracker.Contracts.Tests;

public sealed class IsoTimeTests
{
    [Theory]
    [InlineData("2027-01-31", "2027-01-31T00:00:00Z")]
    [InlineData("2027-01-31T12:30", "2027-01-31T12:30:00Z")]
    [InlineData("2027-01-31T12:30:15", "2027-01-31T12:30:15Z")]
    [InlineData("2027-01-31T12:30:15.5Z", "2027-01-31T12:30:15.5Z")]
    [InlineData(" 2027-01-31T12:30:15+05:30 ", "2027-01-31T07:00:15Z")]
    [InlineData("1970-01-01", "1970-01-01T00:00:00Z")]
    public void A_time_without_an_offset_is_UTC_and_one_with_it_is_moved_there(string text, string utc)
    {
        Assert.True(IsoTime.TryParse(text, out var time));
        Assert.Equal(utc, time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("")]
    [InlineData("12:00")]
    [InlineData("1/2")]
    [InlineData("01/02/2027")]
    [InlineData("31 January 2027")]
    [InlineData("2027-02-30")]
    [InlineData("2027-01-31 12:00")]
    [InlineData("2027-01-31T25:00:00Z")]
    [InlineData("1969-12-31")]
    [InlineData("1970-01-01T00:00+14:00")]
    public void What_has_another_meaning_or_none_is_no_time(string text) => Assert.False(IsoTime.TryParse(text, out _));
}
