using LinkTracker.Aggregator.Links;

namespace LinkTracker.Aggregator.Tests.Links;

public class TargetQueryTests
{
    [Theory]
    [InlineData("https://a.example/", "x", "1", "https://a.example/?x=1")]
    [InlineData("https://a.example/#f", "x", "1", "https://a.example/?x=1#f")]
    [InlineData("https://a.example/?a=1&b=2", "a", "n w", "https://a.example/?a=n%20w&b=2")]
    [InlineData("https://a.example/?a=1&x&a=2&c=%26", "a", "3", "https://a.example/?a=3&x&c=%26")]
    [InlineData("https://a.example/?a=1", "a", null, "https://a.example/")]
    [InlineData("https://a.example/?%61=1&b=2", "a", null, "https://a.example/?b=2")]
    [InlineData("https://a.example/#?a=1", "a", "2", "https://a.example/?a=2#?a=1")]
    public void A_parameter_is_set_in_its_place_and_the_rest_stays(string url, string name, string? value, string expected) =>
        Assert.Equal(expected, TargetQuery.Set(url, name, value));

    [Theory]
    [InlineData("https://a.example/?a=b+c%21&a=2", "b c!")]
    [InlineData("https://a.example/?b=1#?a=2", null)]
    [InlineData("https://a.example/?a", "")]
    [InlineData("https://a.example/?a=x=y", "x=y")]
    public void The_first_value_is_read_decoded(string url, string? expected) => Assert.Equal(expected, TargetQuery.Get(url, "a"));
}
