using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;
using static LinkTracker.Aggregator.Tests.Rewards.RewardSample;

namespace LinkTracker.Aggregator.Tests.Rewards;

public class RewardPlanTests
{
    private static readonly RewardRule Tenth = new() { Id = "r", BasisPoints = 1_000 };

    [Theory]
    [InlineData(1_005, 100)]
    [InlineData(1_015, 102)]
    [InlineData(1_004, 100)]
    [InlineData(1_006, 101)]
    [InlineData(4, 0)]
    [InlineData(1_000_000_000_000, 100_000_000_000)]
    public void A_percentage_is_rounded_half_to_even(long amount, long reward) => Assert.Equal([("r", Ana, reward)], Given(Rules(Tenth), Sale(1, amount)));

    [Fact]
    public void A_net_basis_is_without_tax_and_shipping_and_a_gross_one_with_them()
    {
        var sale = Sale(1, 12_000) with { Tax = 1_900, Shipping = 100 };
        Assert.Equal([("r", Ana, 1_000)], Given(Rules(Tenth), sale));
        Assert.Equal([("r", Ana, 1_200)], Given(Rules(Tenth with { Basis = "gross" }), sale));
        Assert.Equal([("r", Ana, 0)], Given(Rules(Tenth), sale with { Tax = 12_000 }));
    }

    [Fact]
    public void Products_restrict_the_basis_and_a_sale_without_them_gives_nothing()
    {
        var rule = Tenth with { Products = ["phone"] };
        var sale = Sale(1, 12_000) with { LineItems = [new LineItem("phone", null, 2, 8_000), new LineItem("case", null, 1, 4_000)] };
        Assert.Equal([("r", Ana, 800)], Given(Rules(rule), sale));
        Assert.Empty(Given(Rules(rule with { Products = ["car"] }), sale));
        Assert.Equal([("r", Ana, 500)], Given(Rules(rule), sale with { Amount = 5_000 }));
    }

    [Fact]
    public void A_minimum_is_of_the_whole_basis_not_of_a_partners_part()
    {
        var rule = Tenth with { MinimumAmount = 1_000 };
        Assert.Empty(Given(Rules(rule), Sale(1, 999)));
        Assert.Equal([("r", Ana, 50), ("r", Ben, 50)], Given(Rules(rule), Sale(1, 1_000, null, 0, (Ana, 1), (Ben, 1))));
    }

    [Fact]
    public void A_flat_reward_is_divided_as_the_credit_was_and_adds_up()
    {
        var rule = new RewardRule { Id = "r", Kind = "flat", Amount = 1_000 };
        Assert.Equal([("r", Ana, 334), ("r", Ben, 333)], Given(Rules(rule), Sale(1, 5, null, 0, (Ana, 1), (Ben, 1), (null, 1))));
        Assert.Equal([("r", Ana, 1_000)], Given(Rules(rule), Sale(1, 5, null, 0, (Ana, 1), (Ana, 2))));
    }

    [Fact]
    public void A_lead_is_rewarded_for_its_quantity_and_once_for_each_partner()
    {
        var rule = new RewardRule { Id = "r", Event = "lead", Kind = "flat", Amount = 70 };
        Assert.Equal([("r", Ana, 210), ("r", Ben, 70)], Given(Rules(rule), Lead(1, quantity: 3), Lead(2, Noon + 1), Lead(3, Noon + 2, partner: Ben)));
        Assert.Empty(Given(Rules(rule), Sale(1, 100)));
        Assert.Empty(Given(Rules(Tenth), Lead(1)));
    }

    [Fact]
    public void Every_nth_sale_is_counted_in_the_order_in_which_they_occurred()
    {
        var rule = Tenth with { EveryNth = 2 };
        Assert.Equal([("r", Ana, 2), ("r", Ana, 4)], Given(Rules(rule), Sale(4, 40, Noon + 4), Sale(1, 10, Noon + 1), Sale(3, 30, Noon + 3), Sale(2, 20, Noon + 2)));
    }

    [Fact]
    public void Sales_of_the_same_millisecond_are_counted_by_their_keys()
    {
        Assert.Equal([("r", Ana, 1)], Given(Rules(Tenth with { MaxMonths = 0 }), Sale(2, 20), Sale(1, 10)));
    }

    [Fact]
    public void A_duration_is_counted_in_months_from_the_first_sale_and_ends_just_before()
    {
        var start = new DateTimeOffset(2026, 1, 31, 0, 0, 0, TimeSpan.Zero);
        var end = new DateTimeOffset(2026, 2, 28, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        var sales = new[] { Sale(1, 10, start.ToUnixTimeMilliseconds()), Sale(2, 20, end - 1), Sale(3, 30, end) };
        Assert.Equal([("r", Ana, 1), ("r", Ana, 2)], Given(Rules(Tenth with { MaxMonths = 1 }), sales));
        Assert.Equal([("r", Ana, 1)], Given(Rules(Tenth with { MaxMonths = 0 }), sales));
        Assert.Equal(3, Given(Rules(Tenth), sales).Count);
    }

    [Fact]
    public void The_friend_is_rewarded_once_however_many_share_the_credit()
    {
        var rule = new RewardRule { Id = "f", Side = "friend", Kind = "credit", Amount = 500 };
        var programs = Rules(rule, new RewardRule { Id = "d", Kind = "discount", BasisPoints = 1_000 });
        Assert.Equal([("f", Ana, 500), ("d", Ana, 1)], Given(programs, Sale(1, 10, null, 0, (null, 5), (Ana, 2), (Ben, 1))));
    }

    [Fact]
    public void Whoever_has_no_partner_earns_nothing()
    {
        Assert.Empty(Given(Rules(Tenth), Sale(1, 100, null, 0, (null, 1))));
        Assert.Empty(Given(Rules(Tenth), Sale(1, 100) with { ProgramId = null, Credits = [] }));
    }

    [Fact]
    public void What_occurred_is_judged_by_the_version_that_was_valid_then()
    {
        var programs = Rules(new ProgramRules { Rewards = [Tenth] }, new ProgramRules { Rewards = [Tenth with { BasisPoints = 2_000 }] });
        Assert.Equal([("r", Ana, 10), ("r", Ana, 20)], Given(programs, Sale(1, 100, Noon + Day - 1), Sale(2, 100, Noon + Day)));
    }

    [Fact]
    public void A_group_has_its_own_rewards_and_holding_period()
    {
        var rules = new ProgramRules { Rewards = [Tenth], Groups = [new ReferrerGroup("gold", [Tenth with { BasisPoints = 3_000 }], 5), new ReferrerGroup("slow", null, 90)] };
        var plan = new RewardPlan(Rules(rules), (_, partner, _) => partner == Ana ? "gold" : "slow", (amount, _, _, _) => amount);
        var dues = plan.Of(new CustomerAccount(1, false, [Sale(1, 100, null, 0, (Ana, 1), (Ben, 1))]));
        Assert.Equal([(3_000, 5), (1_000, 90)], dues.Select(due => (due.Rule.BasisPoints, due.HoldingDays)));
    }

    [Fact]
    public void Another_currency_is_converted_once_and_waits_while_no_rate_is_known()
    {
        long? rate = null;
        var plan = new RewardPlan(Rules(Tenth), (_, _, _) => "default", (amount, from, to, _) => (from, to) == ("usd", "eur") ? amount * rate : null);
        var account = new CustomerAccount(1, false, [Sale(1, 100) with { Currency = "usd" }]);
        Assert.Empty(plan.Of(account));
        rate = 2;
        Assert.Equal(200, Assert.Single(plan.Of(account)).Basis);
    }

    [Fact]
    public void What_gives_no_money_says_what_was_missed()
    {
        Assert.Equal(UnmetReasons.OtherEvent, Why(Tenth, Lead(1)));
        Assert.Equal(UnmetReasons.NoRules, Why(Tenth with { Kind = "credit", Amount = 1 }, Sale(1, 100)));
        Assert.Equal(UnmetReasons.NoRules, Why(Tenth with { Side = "friend" }, Sale(1, 100)));
        Assert.Equal(UnmetReasons.LeadRewarded, Why(new RewardRule { Id = "r", Event = "lead", Kind = "flat", Amount = 70 }, Lead(1, Noon + 1), Lead(2)));
        Assert.Equal(UnmetReasons.NotNth, Why(Tenth with { EveryNth = 2 }, Sale(1, 100)));
        Assert.Equal(UnmetReasons.NotFirstSale, Why(Tenth with { MaxMonths = 0 }, Sale(1, 100, Noon + 1), Sale(2, 100)));
        Assert.Equal(UnmetReasons.OtherProducts, Why(Tenth with { Products = ["car"] }, Sale(1, 100)));
        Assert.Equal(UnmetReasons.BelowMinimum, Why(Tenth with { MinimumAmount = 101 }, Sale(1, 100)));
        Assert.Equal(UnmetReasons.BelowMinimum, Why(new RewardRule { Id = "r", Event = "lead", Kind = "flat", Amount = 70, MinimumAmount = 1 }, Lead(1)));
        Assert.Equal(UnmetReasons.NoRate, Why(Tenth, Sale(1, 100) with { Currency = "usd" }));
        Assert.Null(Why(Tenth, Sale(1, 100)));

        static string? Why(RewardRule rule, params CreditedConversion[] conversions) => MissedBy("default", rule, conversions);
    }

    [Fact]
    public void Of_several_rules_counts_the_one_that_was_nearest_and_none_when_one_gives_something()
    {
        var rules = new ProgramRules { Rewards = [Tenth with { Id = "a", MinimumAmount = 101 }, Tenth with { Id = "b", EveryNth = 2 }] };
        var plan = new RewardPlan(Rules(rules), (_, _, _) => "default", (amount, _, _, _) => amount);
        var account = new CustomerAccount(1, false, [Sale(1, 100), Sale(2, 100, Noon + 1), Sale(3, 100, Noon + 2, 0, (Ben, 1))]);
        Assert.Equal(new Dictionary<long, string> { [1] = UnmetReasons.BelowMinimum }, plan.MissedBy(account, Ana));
    }

    [Fact]
    public void Who_was_stopped_then_missed_it_for_that() => Assert.Equal(UnmetReasons.Stopped, MissedBy(null, Tenth, Sale(1, 100)));

    private static string? MissedBy(string? group, RewardRule rule, params CreditedConversion[] conversions) =>
        new RewardPlan(Rules(rule), (_, _, _) => group, (amount, from, to, _) => from == to ? amount : null)
            .MissedBy(new CustomerAccount(1, false, conversions), Ana).TryGetValue(1, out var missed) ? missed : null;

    [Fact]
    public void A_rule_that_gives_nothing_says_the_first_condition_that_was_not_met()
    {
        RewardRule[] rules =
        [
            Tenth with { Id = "big", MinimumAmount = 1_000 },
            Tenth with { Id = "car", Products = ["car"] },
            Tenth with { Id = "first", MaxMonths = 0 },
            new RewardRule { Id = "lead", Event = "lead", Kind = "flat", Amount = 5 },
            Tenth with { Id = "month", MaxMonths = 1 },
            Tenth with { Id = "third", EveryNth = 3 },
            new RewardRule { Id = "vip", Kind = "access", Label = "lounge" },
        ];
        var unmet = Unmet(Rules(rules), Lead(1), Lead(2, Noon + 1), Sale(3, 100, Noon + 2), Sale(4, 100, Noon + (40 * Day), 0, (Ana, 2), (Ben, 1)));
        Assert.Equal(
            [
                "1 Ana big other_event", "1 Ana car other_event", "1 Ana first other_event", "1 Ana month other_event", "1 Ana third other_event", "1 Ana vip other_event",
                "2 Ana big other_event", "2 Ana car other_event", "2 Ana first other_event", "2 Ana lead lead_rewarded", "2 Ana month other_event", "2 Ana third other_event", "2 Ana vip other_event",
                "3 Ana big below_minimum", "3 Ana car other_products", "3 Ana lead other_event", "3 Ana third not_nth",
                "4 Ana big below_minimum", "4 Ana car other_products", "4 Ana first not_first_sale", "4 Ana lead other_event", "4 Ana month months_over", "4 Ana third not_nth",
                "4 Ben big below_minimum", "4 Ben car other_products", "4 Ben first not_first_sale", "4 Ben lead other_event", "4 Ben month months_over", "4 Ben third not_nth", "4 Ben vip other_referrer",
            ],
            unmet);
    }

    [Fact]
    public void Whoever_was_stopped_or_is_in_a_group_without_rewards_gets_nothing_by_any_rule_and_a_sale_without_a_rate_waits()
    {
        var rules = Rules(new ProgramRules { Rewards = [Tenth], Groups = [new ReferrerGroup("staff", [])] });
        Assert.Equal(["1 Ana  stopped"], UnmetIn(null, rules, Sale(1, 100)));
        Assert.Equal(["1 Ana  no_rules"], UnmetIn("staff", rules, Sale(1, 100)));
        Assert.Equal(["1 Ana r no_rate"], UnmetIn("default", rules, Sale(1, 100) with { Currency = "usd" }));
    }

    private static IEnumerable<string> Unmet(ProgramSet programs, params CreditedConversion[] conversions) => UnmetIn("default", programs, conversions);

    private static IEnumerable<string> UnmetIn(string? group, ProgramSet programs, params CreditedConversion[] conversions)
    {
        var unmet = new List<Unmet>();
        new RewardPlan(programs, (_, _, _) => group, (amount, from, to, _) => from == to ? amount : null).Of(new CustomerAccount(1, false, conversions), unmet);
        return unmet.Select(one => $"{one.Conversion.Id} {(one.PartnerId == Ana ? "Ana" : "Ben")} {one.Rule?.Id} {one.Reason}");
    }
}
