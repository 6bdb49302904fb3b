using System.Net;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Fraud;
using LinkTracker.Aggregator.Fraud.Lists;
using LinkTracker.Contracts.Security;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Aggregator.Tests.Fraud;

public sealed class ListTests : IDisposable
{
    private const long Noon = 1_777_896_000_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lists-");
    private readonly FraudRig.RigClock _clock = new() { Now = FraudRig.Noon };

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    [Theory]
    [InlineData("203.0.112.255", false)]
    [InlineData("203.0.113.0", true)]
    [InlineData("203.0.113.255", true)]
    [InlineData("203.0.114.0", false)]
    [InlineData("::ffff:203.0.113.7", true)]
    [InlineData("198.51.100.4", true)]
    [InlineData("198.51.100.5", false)]
    [InlineData("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db9::", false)]
    [InlineData("10.1.2.3", true)]
    [InlineData("::1", false)]
    public void A_range_holds_its_first_and_its_last_address(string address, bool isIn) => Assert.Equal(isIn, AddressRanges.Parse(ListLine.Of(
        ["# ranges", "203.0.113.77/24 # host bits are no matter", "", "198.51.100.4", "2001:db8::/32", "10.0.0.0/8", "10.1.0.0/16"])).Contains(IPAddress.Parse(address)));

    [Fact]
    public void All_of_one_kind_is_a_range_too()
    {
        Assert.True(AddressRanges.Parse(ListLine.Of(["0.0.0.0/0"])).Contains(IPAddress.Broadcast));
        Assert.False(AddressRanges.Parse(ListLine.Of(["0.0.0.0/0"])).Contains(IPAddress.IPv6Loopback));
        Assert.True(AddressRanges.Parse(ListLine.Of(["::/0"])).Contains(IPAddress.IPv6Loopback));
        Assert.False(AddressRanges.Parse([]).Contains(IPAddress.Loopback));
    }

    [Theory]
    [InlineData("203.0.113.0/33")]
    [InlineData("203.0.113.0/-1")]
    [InlineData("2001:db8::/129")]
    [InlineData("203.0.113.0/")]
    [InlineData("a datacentre")]
    public void A_line_that_is_no_range_is_named_by_its_number(string line) =>
        Assert.Contains("line 2 ", Assert.Throws<FormatException>(() => AddressRanges.Parse(ListLine.Of(["10.0.0.0/8", line]))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("mail.example", true)]
    [InlineData("a.b.mail.example", true)]
    [InlineData("hotmail.example", false)]
    [InlineData("example", false)]
    [InlineData("", false)]
    public void A_domain_holds_what_is_below_it(string host, bool isIn) => Assert.Equal(isIn, DomainSet.Parse(ListLine.Of(["Mail.Example."])).Contains(host));

    [Fact]
    public async Task A_list_is_unavailable_while_it_is_missing_or_damaged_and_comes_back_by_itself()
    {
        var lists = Lists(new Settings { CouponSites = PathOf("sites") });
        var rule = FraudRuleBook.ByCode["coupon_site"];
        Assert.Equal("Aggregator__CouponSites: the file is missing or cannot be read", lists.FailureOf(rule));
        Assert.True(lists.IsMissing(rule));
        Assert.Equal(HealthStatus.Degraded, (await lists.CheckHealthAsync(new HealthCheckContext())).Status);

        await File.WriteAllTextAsync(PathOf("sites"), "coupons.example\n");
        Assert.NotNull(lists.FailureOf(rule));
        _clock.Now += TimeSpan.FromSeconds(5);
        Assert.Null(lists.FailureOf(rule));
        Assert.True(lists.CouponSites.Value!.Contains("coupons.example"));
        Assert.Equal(HealthStatus.Healthy, (await lists.CheckHealthAsync(new HealthCheckContext())).Status);

        await File.WriteAllTextAsync(PathOf("sites"), "coupons.example\nnot a host\n");
        _clock.Now += TimeSpan.FromSeconds(5);
        Assert.Equal("Aggregator__CouponSites: line 2 is not a domain", lists.FailureOf(rule));
        Assert.Null(lists.CouponSites.Value);
    }

    [Fact]
    public async Task A_list_that_nobody_set_makes_its_rule_unavailable_and_is_no_failure()
    {
        var lists = Lists(new Settings());
        Assert.Equal("Aggregator__DisposableDomains is not set", lists.FailureOf(FraudRuleBook.ByCode["disposable_email"]));
        Assert.False(lists.IsMissing(FraudRuleBook.ByCode["disposable_email"]));
        Assert.Null(lists.FailureOf(FraudRuleBook.ByCode["velocity"]));
        Assert.Equal(HealthStatus.Healthy, (await lists.CheckHealthAsync(new HealthCheckContext())).Status);
    }

    [Fact]
    public async Task Of_an_address_only_a_hash_of_its_day_is_left()
    {
        await File.WriteAllTextAsync(PathOf("ranges"), "203.0.113.0/24");
        var addresses = Addresses(new Settings { DatacentreRanges = PathOf("ranges") });
        var row = addresses.Of(CustomerAddress.Parse(" 203.0.113.7 "), Noon)!;
        Assert.Equal((UtcBuckets.Day(Noon), true), (row.Day, row.IsDatacentre));
        Assert.Equal(row.AddressHash, addresses.Of(CustomerAddress.Parse("::ffff:203.0.113.7"), Noon + 1)!.AddressHash);
        Assert.NotEqual(row.AddressHash, addresses.Of(CustomerAddress.Parse("203.0.113.8"), Noon)!.AddressHash);
        Assert.NotEqual(row.AddressHash, addresses.Of(CustomerAddress.Parse("203.0.113.7"), Noon + UtcBuckets.DayMs)!.AddressHash);
        Assert.Equal(
            addresses.Of(CustomerAddress.Parse("2001:db8:1:2::3"), Noon)!.AddressHash, addresses.Of(CustomerAddress.Parse("2001:db8:1:2:ffff::4"), Noon)!.AddressHash);
        Assert.False(addresses.Of(CustomerAddress.Parse("2001:db8::"), Noon)!.IsDatacentre);
    }

    [Fact]
    public void Without_ranges_nobody_knows_whether_it_is_a_datacentre() => Assert.Null(Addresses(new Settings()).Of(IPAddress.Loopback, Noon)!.IsDatacentre);

    [Fact]
    public void No_address_is_nothing_and_what_is_none_is_refused_without_being_repeated()
    {
        Assert.Null(CustomerAddress.Parse(null));
        Assert.Null(CustomerAddress.Parse(" "));
        Assert.Null(Addresses(new Settings()).Of(null, Noon));
        var refusal = Assert.Throws<ApiError>(() => CustomerAddress.Parse("203.0.113.7:80"));
        Assert.Equal((422, false), (refusal.Status, refusal.Message.Contains("203", StringComparison.Ordinal)));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private FraudLists Lists(Settings settings) => new(settings, _clock, NullLogger<FraudLists>.Instance);

    private CustomerAddress Addresses(Settings settings) => new(new InstallationKeys(new byte[32]), Lists(settings));
}
