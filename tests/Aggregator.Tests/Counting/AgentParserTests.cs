using LinkTracker.Aggregator.Counting.UserAgents;
using Xunit.Abstractions;

namespace LinkTracker.Aggregator.Tests.Counting;

public sealed class AgentParserTests(ITestOutputHelper output)
{
    private static readonly MeasuredBrowser[] Browsers = TestData.Read<MeasuredBrowser[]>("browsers.json");

    [Fact]
    public void The_device_agrees_with_what_was_measured_for_97_percent_of_browsers()
    {
        // What is missing are mostly iPads, which call themselves a Macintosh on purpose.
        AssertAgrees(0.97, browser => AgentParser.Device(browser.UserAgent).ToLowerInvariant(), browser => browser.DeviceCategory);
    }

    [Fact]
    public void The_system_agrees_with_the_measured_platform_for_90_percent_of_browsers()
    {
        // What is missing claims to be an iPhone and runs on Linux: emulators, about which no user agent tells.
        AssertAgrees(0.90, browser => AgentParser.Os(browser.UserAgent), browser => browser.Platform switch
        {
            "Win32" => "Windows",
            "MacIntel" => "Mac OS",
            "iPhone" or "iPad" or "iPod" => "iOS",

            // Android and Chrome OS report their kernel.
            _ => AgentParser.Os(browser.UserAgent) is "Android" or "Chrome OS" ? AgentParser.Os(browser.UserAgent) : "Linux",
        });
    }

    [Fact]
    public void Every_measured_browser_has_a_name()
    {
        output.WriteLine(string.Join('\n', Browsers.GroupBy(browser => AgentParser.Browser(browser.UserAgent)).Select(group => $"{group.Key} {group.Count()}")));
        Assert.All(Browsers, browser => Assert.NotEqual(AgentTraits.Unknown, AgentParser.Browser(browser.UserAgent)));
    }

    [Theory]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", "Desktop", "Chrome", "Windows")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", "Desktop", "Edge", "Windows")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 OPR/116.0.0.0", "Desktop", "Opera", "Windows")]
    [InlineData("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Desktop", "Firefox", "Linux")]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15", "Desktop", "Safari", "Mac OS")]
    [InlineData("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36", "Desktop", "Chrome", "Chrome OS")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1", "Mobile", "Safari", "iOS")]
    [InlineData("Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.7 Mobile/15E148 Safari/604.1", "Tablet", "Safari", "iOS")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1", "Mobile", "Chrome", "iOS")]
    [InlineData("Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36", "Mobile", "Samsung Internet", "Android")]
    [InlineData("Mozilla/5.0 (Linux; Android 13; SM-X900) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36", "Tablet", "Chrome", "Android")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22B83 Instagram 356.0.3.29.90 (iPhone14,5; iOS 18_1)", "Mobile", "Instagram", "iOS")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22B83 [FBAN/FBIOS;FBAV/489.0.0.50.77]", "Mobile", "Facebook", "iOS")]
    [InlineData("something else", "Unknown", "Unknown", "Unknown")]
    public void A_user_agent_tells_device_browser_and_system(string userAgent, string device, string browser, string os) =>
        Assert.Equal((device, browser, os), (AgentParser.Device(userAgent), AgentParser.Browser(userAgent), AgentParser.Os(userAgent)));

    private void AssertAgrees(double least, Func<MeasuredBrowser, string> parsed, Func<MeasuredBrowser, string> measured)
    {
        var wrong = Browsers.Where(browser => parsed(browser) != measured(browser)).ToList();
        var share = 1 - ((double)wrong.Count / Browsers.Length);
        output.WriteLine($"{share:P2} agree");
        output.WriteLine(string.Join('\n', wrong.GroupBy(browser => (parsed(browser), measured(browser))).Select(group => $"{group.Key}: {group.Count()}, such as {group.First().UserAgent}")));
        Assert.True(share >= least, $"{share:P2}");
    }
}
