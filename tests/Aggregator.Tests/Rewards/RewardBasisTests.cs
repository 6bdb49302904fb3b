using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;
using LinkTracker.Aggregator.Tests.Ledger;
using static LinkTracker.Aggregator.Tests.Rewards.RewardSample;

namespace LinkTracker.Aggregator.Tests.Rewards;

public class RewardBasisTests
{
    private static readonly RewardRule Tenth = new() { Id = "r", BasisPoints = 1_000 };
    private static readonly RewardRule Phones = Tenth with { Products = ["phone"] };

    // 10,000 of goods: a phone of 4,000 and a case of 6,000.
    private static readonly CreditedConversion Order = Sale(1, 12_000) with
    {
        Tax = 1_500,
        Shipping = 500,
        LineItems = [new LineItem("phone", null, 1, 4_000), new LineItem("case", null, 2, 6_000)],
    };

    [Fact]
    public void Refunds_that_say_nothing_go_by_the_amount()
    {
        Assert.Null(RewardBasis.Left(Tenth, Order with { Refunded = 4_000 }));
        Assert.Equal("2/3", Left(Tenth, new Return(1_000, null), new Return(3_000, null)));
        Assert.Null(RewardBasis.Left(Phones with { Products = ["car"] }, Order with { Returns = [new Return(1, new ReturnedParts(0, 0, null))] }));
    }

    [Theory]
    [InlineData("net", 6_000, 0, 0, "2/5")]
    [InlineData("net", 6_000, 1_500, 500, "3/5")]
    [InlineData("net", 2_000, 1_500, 500, "1/1")]
    [InlineData("net", 11_000, 0, 0, "0/1")]
    [InlineData("gross", 6_000, 1_500, 500, "1/2")]
    [InlineData("net", 12_000, 1_500, 500, "0/1")]
    public void A_refund_takes_what_it_says_of_the_basis_and_no_more_than_is_left(string basis, long amount, long tax, long shipping, string left) =>
        Assert.Equal(left, Left(Tenth with { Basis = basis }, new Return(amount, new ReturnedParts(tax, shipping, null))));

    [Fact]
    public void A_rule_for_products_goes_by_their_lines_as_far_as_they_are_there()
    {
        Assert.Equal("1/1", Left(Phones, Of("case", 6_000)));
        Assert.Equal("3/4", Left(Phones, Of("phone", 1_000)));
        Assert.Equal("1/4", Left(Phones with { Products = ["phone", "sim"] }, Of("phone", 1_000), Of("sim", 8_000), Of("phone", 2_000)));
        Assert.Equal("3/5", Left(Tenth with { Products = ["phone", "case"] }, Of("phone", 9_000)));
    }

    [Fact]
    public void Goods_without_lines_are_the_same_part_of_every_product_and_tax_and_shipping_are_of_none()
    {
        Assert.Equal("1/2", Left(Phones, new Return(5_500, new ReturnedParts(0, 500, null))));
        Assert.Equal("1/1", Left(Phones, new Return(2_000, new ReturnedParts(1_500, 500, null))));
        Assert.Equal("0/1", Left(Phones, new Return(10_000, new ReturnedParts(0, 0, null)), new Return(500, new ReturnedParts(0, 0, null))));
    }

    [Fact]
    public void A_refund_that_says_nothing_takes_its_part_of_what_those_before_it_left()
    {
        var (said, unsaid) = (new Return(5_000, new ReturnedParts(0, 0, null)), new Return(3_500, null));
        Assert.Equal("1/4", Left(Tenth, said, unsaid));
        Assert.Equal("5/24", Left(Tenth, unsaid, said));
    }

    [Fact]
    public void All_of_the_money_leaves_exactly_nothing_whatever_it_is_said_to_be_for() =>
        Assert.Equal("0/1", Left(Phones, Of("case", 6_000), Of("case", 6_000)));

    [Fact]
    public void What_is_left_is_rounded_once_half_to_even_and_each_partners_part_is_the_same()
    {
        var sale = Sale(1, 1_010, null, 0, (Ana, 1), (Ben, 1)) with { Shipping = 10 };
        var world = new LedgerWorld(Rules(Tenth with { BasisPoints = 100 }));
        world.Tell(1, sale);
        Assert.Equal([5L, 5L], world.Store.Commissions.Values.Select(row => row.Earnings));

        // 5 × 1/2 and 5 × 3/10 each.
        world.Tell(1, sale with { Refunded = 500, Returns = [new Return(500, new ReturnedParts(0, 0, null))] });
        Assert.Equal([2L, 2L], world.Store.Commissions.Values.Select(row => row.Earnings));
        world.Tell(1, sale with { Refunded = 700, Returns = [new Return(500, new ReturnedParts(0, 0, null)), new Return(200, new ReturnedParts(0, 0, null))] });
        Assert.Equal([2L, 2L], world.Store.Commissions.Values.Select(row => row.Earnings));
    }

    [Fact]
    public void What_cannot_be_divided_and_a_fixed_reward_go_back_with_the_last_of_their_basis()
    {
        var world = new LedgerWorld(Rules(new RewardRule { Id = "d", Kind = "discount", BasisPoints = 500 }, new RewardRule { Id = "f", Kind = "flat", Amount = 300 }));
        world.Tell(1, Order with { Refunded = 5_000, Returns = [new Return(5_000, new ReturnedParts(0, 0, null))] });
        Assert.Equal([("d", 1L, null), ("f", 150L, null)], Owed(world));
        world.Tell(1, Order with { Refunded = 10_000, Returns = [new Return(10_000, new ReturnedParts(0, 0, null))] });
        Assert.Equal([("d", 0L, "refunded"), ("f", 0L, "refunded")], Owed(world));
    }

    [Fact]
    public void Without_a_basis_a_fixed_reward_goes_by_the_amount()
    {
        var world = new LedgerWorld(Rules(new RewardRule { Id = "f", Kind = "flat", Amount = 300 }));
        world.Tell(1, Sale(1, 900, null, 300) with { Shipping = 900, Returns = [new Return(300, new ReturnedParts(0, 300, null))] });
        Assert.Equal([("f", 200L, null)], Owed(world));
    }

    [Fact]
    public void An_amount_that_a_person_gave_goes_down_by_the_same_part()
    {
        var world = new LedgerWorld(Rules(Tenth));
        world.Tell(1, Order);
        world.Change((books, row) => books.Decide(row, "earnings:70", "eva", Noon), world.Store.Commissions.Values.Single());
        world.Tell(1, Order with { Refunded = 6_000, Returns = [new Return(6_000, new ReturnedParts(1_500, 500, null))] });
        Assert.Equal([("r", 42L, null)], Owed(world));
    }

    [Fact]
    public void A_fraction_is_read_as_it_was_written() => Assert.Equal(new Fraction(3, 4), Fraction.Parse(new Fraction(75, 100).ToText()));

    private static Return Of(string product, long amount) => new(amount, new ReturnedParts(0, 0, [new LineItem(product, null, 1, amount)]));

    private static string? Left(RewardRule rule, params Return[] returns) => RewardBasis.Left(rule, Order with { Returns = returns })?.ToText();

    private static IEnumerable<(string Reward, long Owed, string? Outcome)> Owed(LedgerWorld world) =>
        world.Store.Commissions.Values.OrderBy(row => row.RewardId, StringComparer.Ordinal).Select(row => (row.RewardId, row.Earnings, row.Outcome));
}
