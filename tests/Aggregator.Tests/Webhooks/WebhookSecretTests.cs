using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Webhooks;
using LinkTracker.Contracts.Security;

namespace LinkTracker.Aggregator.Tests.Webhooks;

public class WebhookSecretTests
{
    // The vector of the standard's own libraries.
    [Fact]
    public void The_signature_is_that_of_the_standards_libraries() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        WebhookSecrets.Sign(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, """{"test": 2432232314}"""));

    [Fact]
    public void Every_webhook_and_generation_has_a_secret_of_its_own_and_a_length_that_the_standard_allows()
    {
        var secrets = new WebhookSecrets(new InstallationKeys(Secret(1)));
        var shown = (from id in Enumerable.Range(1, 10) from generation in Enumerable.Range(1, 10) select secrets.Shown(new WebhookRow { Id = id, Generation = generation })).ToList();
        Assert.Equal(100, shown.Distinct().Count());
        Assert.All(shown, secret => Assert.InRange(Convert.FromBase64String(secret["whsec_".Length..]).Length, 24, 64));
        Assert.Equal(shown[0], secrets.Shown(new WebhookRow { Id = 1, Generation = 1 }));
    }

    [Fact]
    public void While_the_installations_secret_is_rotated_both_sign_for_each_generation()
    {
        var webhook = new WebhookRow { Id = 7, Generation = 2, PreviousUntil = 1_000 };
        var (before, now) = (new WebhookSecrets(new InstallationKeys(Secret(1))), new WebhookSecrets(new InstallationKeys(Secret(2), Secret(1))));
        var old = new WebhookRow { Id = 7, Generation = 1 };
        Assert.Equal([now.Shown(webhook), before.Shown(webhook), now.Shown(old), before.Shown(old)], now.At(webhook, 999));
        Assert.Equal([now.Shown(webhook), before.Shown(webhook)], now.At(webhook, 1_000));
        Assert.NotEqual(now.Shown(webhook), before.Shown(webhook));
    }

    [Fact]
    public void Who_answers_nothing_is_left_alone_for_twice_as_long_each_time_up_to_an_hour()
    {
        var clock = new TestClock();
        var rests = new WebhookRests(clock);
        var webhook = new WebhookRow { Id = 1, Url = "https://a.example/" };
        foreach (var minutes in new[] { 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            Assert.False(rests.Note(webhook, isAnswered: false));
            clock.Ahead += TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(10);
            Assert.True(rests.Has(webhook));
            Assert.False(rests.Has(new WebhookRow { Id = 1, Url = "https://b.example/" }));
            clock.Ahead += TimeSpan.FromSeconds(10);
            Assert.False(rests.Has(webhook));
        }

        Assert.True(rests.Note(webhook, isAnswered: true));
        Assert.False(rests.Note(webhook, isAnswered: false));
        clock.Ahead += TimeSpan.FromMinutes(1);
        Assert.False(rests.Has(webhook));
    }

    [Fact]
    public void Ten_attempts_take_some_75_hours_and_no_two_pauses_are_the_same()
    {
        for (var round = 0; round < 20; round++)
        {
            var pauses = Enumerable.Range(1, 9).Select(attempts => RetrySchedule.After(attempts)!.Value).ToList();
            Assert.Equal(pauses.Take(8).Order(), pauses.Take(8)); // The last two may come out either way.
            Assert.InRange(pauses.Sum(pause => pause.TotalHours), 68, 84);
        }

        Assert.Null(RetrySchedule.After(10));
        Assert.NotEqual(1, Enumerable.Range(0, 20).Select(_ => RetrySchedule.After(9)).Distinct().Count());
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("172.15.255.255", true)]
    [InlineData("172.32.0.0", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("168.63.129.16", false)]
    [InlineData("168.63.129.17", true)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    public void Only_addresses_on_the_internet_are_public(string address, bool isPublic) =>
        Assert.Equal(isPublic, PublicAddress.Is(System.Net.IPAddress.Parse(address)));

    private static byte[] Secret(byte fill) => [.. Enumerable.Repeat(fill, InstallationKeys.MinimumSecretBytes)];
}
