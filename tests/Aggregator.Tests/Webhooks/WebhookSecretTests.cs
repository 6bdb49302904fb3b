using LinkTracker.Aggregator.Webhooks;

namespace LinkTracker.Aggregator.Tests.Webhooks;

public class WebhookSecretTests
{
    // The vector of the standard's own libraries.
    [Fact]
    public void The_signature_is_that_of_the_standards_libraries() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        WebhookSecret.Sign(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, """{"test": 2432232314}"""));

    [Fact]
    public void A_new_secret_is_random_and_of_a_length_that_the_standard_allows()
    {
        var secrets = Enumerable.Range(0, 100).Select(_ => WebhookSecret.New()).ToList();
        Assert.Equal(100, secrets.Distinct().Count());
        Assert.All(secrets, secret => Assert.InRange(Convert.FromBase64String(secret["whsec_".Length..]).Length, 24, 64));
    }

    [Fact]
    public void Ten_attempts_take_some_75_hours_and_no_two_pauses_are_the_same()
    {
        for (var round = 0; round < 20; round++)
        {
            var pauses = Enumerable.Range(1, 9).Select(attempts => RetrySchedule.After(attempts)!.Value).ToList();
            Assert.Equal(pauses.Order(), pauses);
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
}
