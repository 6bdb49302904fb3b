using LinkTracker.Aggregator.Counting.UserAgents;
using Xunit.Abstractions;

namespace LinkTracker.Aggregator.Tests.Counting;

public sealed class BotRulesTests(ITestOutputHelper output)
{
    private static readonly BotRules Rules = BotRules.Embedded;

    [Fact]
    public void At_least_95_percent_of_the_crawlers_user_agents_are_excluded_with_a_reason()
    {
        var crawlers = TestData.Read<string[]>("crawlers.json");
        var people = crawlers.Where(agent => Rules.Judge(TestData.AsRecorded(agent)) == AgentKind.Person).ToList();

        var share = 1 - ((double)people.Count / crawlers.Length);
        output.WriteLine($"{crawlers.Length} crawlers, {share:P2} excluded; taken for people:\n{string.Join('\n', people)}");
        Assert.True(crawlers.Length > 2_000);
        Assert.True(share >= 0.95, $"{share:P2}");
    }

    [Fact]
    public void At_least_99_and_a_half_percent_of_the_browsers_user_agents_are_human()
    {
        var browsers = TestData.Read<MeasuredBrowser[]>("browsers.json");
        var bots = browsers.Where(browser => Rules.Judge(TestData.AsRecorded(browser.UserAgent)) != AgentKind.Person).ToList();

        var share = 1 - ((double)bots.Count / browsers.Length);
        output.WriteLine($"{browsers.Length} browsers, {share:P2} human; taken for bots:\n{string.Join('\n', bots)}");
        Assert.Equal(3_000, browsers.Length);
        Assert.True(share >= 0.995, $"{share:P2}");
    }

    [Fact]
    public void Every_browser_inside_an_app_is_human() =>
        Assert.All(TestData.Read<string[]>("in-app.json"), agent => Assert.Equal(AgentKind.Person, Rules.Judge(TestData.AsRecorded(agent))));

    [Fact]
    public void Every_preview_of_the_list_is_a_link_preview() =>
        Assert.All(TestData.Read<string[]>("previews.json"), agent => Assert.Equal(AgentKind.LinkPreview, Rules.Judge(agent)));

    [Theory]
    [InlineData("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)")]
    [InlineData("Twitterbot/1.0")]
    [InlineData("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)")]
    [InlineData("WhatsApp/2.24.20.75 A")]
    [InlineData("TelegramBot (like TwitterBot)")]
    [InlineData("Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)")]
    [InlineData("LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)")]
    [InlineData("Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5")]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0")]
    [InlineData("Mozilla/5.0 (Windows NT 6.1; rv:6.0) Gecko/20110814 Firefox/6.0 Google (+https://developers.google.com/+/web/snippet/)")]
    public void Messengers_that_show_a_shared_link_are_link_previews(string userAgent) =>
        Assert.Equal(AgentKind.LinkPreview, Rules.Judge(userAgent));

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("curl/8.5.0")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36")]
    [InlineData("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")]
    [InlineData("meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)")]
    public void Programs_are_bots(string userAgent) => Assert.Equal(AgentKind.Bot, Rules.Judge(userAgent));
}
