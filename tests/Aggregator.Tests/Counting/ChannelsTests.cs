using LinkTracker.Aggregator.Counting;

namespace LinkTracker.Aggregator.Tests.Counting;

public sealed class ChannelsTests
{
    [Theory]
    [InlineData("", "direct")]
    [InlineData("https://t.co", "x_twitter")]
    [InlineData("https://l.facebook.com", "facebook")]
    [InlineData("https://www.instagram.com", "instagram")]
    [InlineData("https://lnkd.in", "linkedin")]
    [InlineData("https://m.youtube.com", "youtube")]
    [InlineData("https://web.whatsapp.com", "whatsapp")]
    [InlineData("https://www.tiktok.com", "tiktok")]
    [InlineData("https://web.telegram.org", "telegram")]
    [InlineData("https://mail.google.com", "email")]
    [InlineData("https://www.google.com", "search")]
    [InlineData("https://www.google.co.uk", "search")]
    [InlineData("android-app://com.google.android.gm", "email")]
    [InlineData("https://T.CO:443", "x_twitter")]
    [InlineData("https://nott.co", "referral")]
    [InlineData("https://facebook.com.evil.example", "referral")]
    [InlineData("https://blog.example", "referral")]
    [InlineData("http://[::1]:80", "referral")]
    [InlineData("localhost", "referral")]
    public void The_referring_host_tells_the_channel(string referrer, string channel) => Assert.Equal(channel, Channels.Of(referrer));
}
