using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Fraud;
using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Tests.Fraud;

/// <summary>Each rule exactly where it begins to fire.</summary>
public sealed class RuleThresholdTests
{
    private static readonly Person Ana = new(1, MailAddress.Of("ana@partners.example"), "tenant-1");

    private static readonly Suspect Somebody = new()
    {
        ConversionId = 10,
        PartnerId = 1,
        ProgramId = 5,
        OccurredAtMs = 1_000_000_000,
        Customer = new Person(20, MailAddress.Of("bob@mail.example"), "bob"),
        Partner = Ana,
    };

    [Theory]
    [InlineData("Ana.Lopez+promo@GoogleMail.com", "analopez@gmail.com", true)]
    [InlineData("ana.lopez@example.org", "analopez@example.org", false)]
    [InlineData("ana+a@example.org", "ANA@example.org.", true)]
    [InlineData("+a@example.org", "+b@example.org", false)]
    [InlineData("no address", "no address", false)]
    [InlineData("@gmail.com", "@gmail.com", false)]
    public void Two_spellings_of_one_mailbox_are_the_same(string one, string other, bool isSame) =>
        Assert.Equal(isSame, MailAddress.Of(one) is { } address && address == MailAddress.Of(other));

    [Fact]
    public void Who_has_the_same_mailbox_or_id_is_the_same_and_who_shares_a_domain_of_its_own_is_flagged_at_most()
    {
        Assert.Equal(FraudMode.Hold, Fire("self_referral", Somebody with { Customer = new Person(20, MailAddress.Of("ANA+1@partners.example"), "x") })?.Mode);
        Assert.Equal(FraudMode.Hold, Fire("self_referral", Somebody with { Customer = new Person(20, null, "tenant-1") })?.Mode);
        Assert.Equal(FraudMode.Flag, Fire("self_referral", Somebody with { Customer = new Person(20, MailAddress.Of("eva@partners.example"), "x") })?.Mode);
        Assert.Null(Fire("self_referral", Somebody with
        {
            Customer = new Person(20, MailAddress.Of("a@gmail.com"), "x"),
            Partner = new Person(1, MailAddress.Of("b@gmail.com"), null),
        }));
        Assert.Null(Fire("self_referral", Somebody with { Customer = new Person(20, null, ""), Partner = new Person(1, null, "") }));
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(2_999, true)]
    [InlineData(3_000, false)]
    public void Fewer_seconds_than_the_threshold_are_too_few(long delayMs, bool fires) =>
        Assert.Equal(fires, Fire("too_fast", Somebody with { DelayMs = delayMs }, new FraudRule("hold", 3)) is not null);

    [Fact]
    public void Without_a_click_nothing_is_too_fast() => Assert.Null(Fire("too_fast", Somebody));

    [Theory]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public void Exactly_as_many_leads_as_allowed_do_not_fire_and_one_more_does_on_each(int leads, bool fires)
    {
        var times = Enumerable.Range(0, leads).Select(i => Somebody.OccurredAtMs + i).ToList();
        Assert.All(times, time => Assert.Equal(fires, Velocity(times, time)));
    }

    [Theory]
    [InlineData(30 * 60_000 - 1, true)]
    [InlineData(30 * 60_000, false)]
    public void The_time_in_which_leads_count_is_half_open(long lastMs, bool fires)
    {
        List<long> times = [0, 1, 2, lastMs];
        Assert.All(times, time => Assert.Equal(fires, Velocity(times, time)));
    }

    [Fact]
    public void Leads_outside_the_busy_time_are_left_alone()
    {
        List<long> times = [0, 100 * 60_000, (100 * 60_000) + 1, (100 * 60_000) + 2, (100 * 60_000) + 3, 200 * 60_000];
        Assert.Equal([false, true, true, true, true, false], times.Select(time => Velocity(times, time)));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void A_shared_device_is_flagged_from_the_threshold_on_and_only_beside_another_rule(int others, bool fires)
    {
        var device = new DayHash(7, 99);
        var suspect = Somebody with { Visitors = [device], DelayMs = 10 };
        var around = new Neighbourhood { Visitors = Enumerable.Range(0, others + 1).ToLookup(_ => device, i => new Sharer(1, new Person(20 + i, null, null))) };
        Assert.Equal(fires ? FraudMode.Flag : null, Fire("same_device", suspect, new FraudRule("reject", 2), around)?.Mode);
        Assert.Null(Fire("same_device", suspect with { DelayMs = null }, new FraudRule("reject", 2), around));
    }

    [Fact]
    public void A_shared_device_counts_customers_of_the_same_referrer_on_the_same_day()
    {
        var device = new DayHash(7, 99);
        var suspect = Somebody with { Visitors = [device], DelayMs = 10 };
        var ofAnother = Enumerable.Range(0, 5).ToLookup(_ => device, i => new Sharer(2, new Person(30 + i, null, null)));
        var ofAnotherDay = Enumerable.Range(0, 5).ToLookup(_ => device with { Day = 8 }, i => new Sharer(1, new Person(30 + i, null, null)));
        var oneOften = Enumerable.Range(0, 5).ToLookup(_ => device, _ => new Sharer(1, new Person(30, null, null)));
        Assert.All(new[] { ofAnother, ofAnotherDay, oneOften }, visitors => Assert.Null(Fire("same_device", suspect, new FraudRule("hold", 2), new Neighbourhood { Visitors = visitors })));
    }

    [Theory]
    [InlineData(1_000, 999, 1)]
    [InlineData(1_000, 1_000, null)]
    [InlineData(null, 1, null)]
    public void A_customer_is_an_existing_one_when_it_was_known_before_the_touch(int? touched, int known, int? fires) =>
        Assert.Equal(fires is not null, Fire("existing_customer", Somebody with { TouchedAtMs = touched, KnownSinceMs = known }) is not null);

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(null, false)]
    public void Only_an_address_that_is_known_to_be_of_a_datacentre_fires(bool? isDatacentre, bool fires) =>
        Assert.Equal(fires, Fire("datacentre", Somebody with { IsDatacentre = isDatacentre }) is not null);

    [Theory]
    [InlineData(19, 19, 10, 1_000, 3, false)] // too few trials
    [InlineData(4, 20, 1, 1_000, 3, false)] // too few hits
    [InlineData(20, 20, 5, 99, 3, false)] // too few others
    [InlineData(10, 40, 20, 1_000, 3, true)]
    [InlineData(199, 10_000, 10_000, 1_000_000, 3, false)] // z is 9.9, but it is not twice as much
    [InlineData(2_001, 100_000, 10_000, 1_000_000, 3, true)]
    [InlineData(50, 40, 0, 1_000, 3, true)] // more hits than trials are all of them
    [InlineData(0, 1_000, 900, 1_000, 1, false)]
    public void A_share_is_far_above_only_with_enough_behind_it(long hits, long trials, long othersHits, long othersTrials, long deviations, bool isFar) =>
        Assert.Equal(isFar, RateTest.IsFarAbove(hits, trials, othersHits, othersTrials, deviations));

    [Fact]
    public void The_distance_is_the_documented_one_to_the_last_hit()
    {
        // Beside 98 of 998: p = 99/1000, and of 100 trials z reaches 3 at k = 9.9 + 3·√(120·0.099·0.901) = 19.71…, so at 20; that is also twice 9.9.
        Assert.False(RateTest.IsFarAbove(19, 100, 98, 998, 3));
        Assert.True(RateTest.IsFarAbove(20, 100, 98, 998, 3));

        // And 4 at 9.9 + 4·3.27… = 22.98…
        Assert.False(RateTest.IsFarAbove(22, 100, 98, 998, 4));
        Assert.True(RateTest.IsFarAbove(23, 100, 98, 998, 4));
        Assert.True(RateTest.IsFarAbove(long.MaxValue / 4, long.MaxValue / 2, 1, long.MaxValue / 2, 1_000));
    }

    [Theory]
    [InlineData("nothing", "hold", null, null, "nothing is no rule")]
    [InlineData("velocity", "block", null, null, "fraud.velocity.mode")]
    [InlineData("velocity", "hold", 0L, null, "fraud.velocity.threshold")]
    [InlineData("velocity", "hold", 5L, 1_441, "fraud.velocity.minutes")]
    [InlineData("too_fast", "hold", 5L, 10, "fraud.too_fast.minutes")]
    [InlineData("datacentre", "hold", 5L, null, "fraud.datacentre.threshold")]
    public void A_rule_that_cannot_be_is_refused_by_name(string code, string mode, long? threshold, int? minutes, string named)
    {
        var refusal = Assert.Throws<ApiError>(() => FraudRuleBook.Check(new Dictionary<string, FraudRule> { [code] = new(mode, threshold, minutes) }, "fraud"));
        Assert.Equal(422, refusal.Status);
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
    }

    private static bool Velocity(IReadOnlyList<long> leads, long time) => Fire(
        "velocity",
        Somebody with { LedAtMs = time },
        new FraudRule("flag", 3, 30),
        new Neighbourhood { Leads = new Dictionary<(long, long), IReadOnlyList<long>> { [(5, 1)] = [.. leads.Order()] } }) is not null;

    private static Signal? Fire(string code, Suspect suspect, FraudRule? rule = null, Neighbourhood? around = null)
    {
        var rules = FraudRuleBook.Of(new ProgramVersion(1, 0, new ProgramRules { Fraud = rule is null ? new Dictionary<string, FraudRule>() : new() { [code] = rule } }));
        return FraudJudge.Judge([suspect], around ?? new Neighbourhood(), _ => rules).SingleOrDefault(signal => signal.Rule.Kind.Code == code);
    }
}
