using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;
using static LinkTracker.Aggregator.Tests.Rewards.RewardSample;

namespace LinkTracker.Aggregator.Tests.Ledger;

public class BooksOrderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_order_of_arrival_ends_in_the_same_commissions_and_balances(int seed)
    {
        for (var round = 0; round < 25; round++)
        {
            var shop = new RandomShop((seed * 1_000) + round);
            var programs = Rules([.. shop.Rules()]);
            var facts = Enumerable.Range(0, 5).Select(_ => (Customer: 1L + shop.Next(2), Conversion: shop.Conversion())).ToList();
            var refund = facts.FindIndex(fact => fact.Conversion.Kind == FactKind.Sale);
            (IReadOnlyList<string>, IReadOnlyList<string>)? first = null;
            foreach (var order in Permutations([0, 1, 2, 3, 4]))
            {
                var world = new LedgerWorld(programs);
                foreach (var i in order)
                {
                    // The refund is told at another place of each order: with its sale, or after any other.
                    world.Tell(facts[i].Customer, facts[i].Conversion);
                    if (refund >= 0 && i == (order[0] + 2) % 5 && world.Customers.GetValueOrDefault(facts[refund].Customer)?.ContainsKey(facts[refund].Conversion.Id) == true)
                    {
                        world.Tell(facts[refund].Customer, Half(facts[refund].Conversion));
                    }
                }

                if (refund >= 0)
                {
                    world.Tell(facts[refund].Customer, Half(facts[refund].Conversion));
                }

                first ??= (world.Owed(), world.BalancesNow());
                Assert.Equal(first.Value.Item1, world.Owed());
                Assert.Equal(first.Value.Item2, world.BalancesNow());
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_cap_or_tier_of_a_later_version_counts_what_was_given_before_in_every_order(int seed)
    {
        for (var round = 0; round < 25; round++)
        {
            // Without caps and tiers first; what occurs from the second version on comes only when it is there.
            var shop = new RandomShop((seed * 1_000) + round);
            var later = shop.Rules();
            var before = Rules([.. later.Select(rule => rule with { Caps = [], Tiers = null })]);
            var after = Rules(new ProgramRules { Rewards = [.. later.Select(rule => rule with { Caps = [], Tiers = null })] }, new ProgramRules { Rewards = later });
            var validFrom = after.Default.Versions[1].ValidFromMs;
            var facts = Enumerable.Range(0, 5).Select(_ => (Customer: 1L + shop.Next(2), Conversion: shop.Conversion()))
                .Select((fact, i) => (fact.Customer, Conversion: fact.Conversion with { OccurredAtMs = i < 3 ? validFrom - Day + shop.Next(1_000) : validFrom + shop.Next(1_000) })).ToList();
            IReadOnlyList<string>? first = null;
            foreach (var order in Permutations([0, 1, 2, 3, 4]))
            {
                for (var known = 0; known <= 5 && order.Take(known).All(i => facts[i].Conversion.OccurredAtMs < validFrom); known++)
                {
                    var world = new LedgerWorld(before);
                    for (var i = 0; i < order.Length; i++)
                    {
                        world.Programs = i < known ? before : after;
                        world.Tell(facts[order[i]].Customer, facts[order[i]].Conversion);
                    }

                    first ??= world.Owed();
                    Assert.Equal(first, world.Owed());
                }
            }
        }
    }

    [Fact]
    public void Who_was_credited_in_between_leaves_no_trace()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var shop = new RandomShop(seed);
            var programs = Twice([.. shop.Rules()]);
            var facts = Enumerable.Range(0, 12).Select(_ => (Customer: 1L + shop.Next(4), Conversion: shop.Conversion())).ToList();
            var (straight, moved) = (new LedgerWorld(programs), new LedgerWorld(programs));
            foreach (var (customer, conversion) in facts)
            {
                straight.Tell(customer, conversion);
                moved.Tell(customer, shop.Moved(conversion));
                if (shop.Next(2) == 0)
                {
                    moved.Tell(customer, conversion);
                }
            }

            facts.ForEach(fact => moved.Tell(fact.Customer, fact.Conversion));
            Assert.Equal(straight.Owed(), moved.Owed());
            Assert.Equal(straight.BalancesNow(), moved.BalancesNow());
            Assert.Equal(straight.Totals(), moved.Totals());
            TotalChecks.Hold(moved.Store, programs);
        }
    }

    [Fact]
    public void One_transaction_ends_like_many()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var shop = new RandomShop(seed);
            var programs = Rules([.. shop.Rules()]);
            var facts = Enumerable.Range(0, 20).Select(_ => (1L + shop.Next(4), shop.Conversion())).ToList();
            var (one, many) = (new LedgerWorld(programs), new LedgerWorld(programs));
            one.Tell(facts);
            facts.ForEach(fact => many.Tell(fact.Item1, fact.Item2));
            Assert.Equal(many.Owed(), one.Owed());
            Assert.Equal(many.BalancesNow(), one.BalancesNow());
            Assert.Equal(many.Totals(), one.Totals());
        }
    }

    [Fact]
    public void The_books_agree_to_the_unit_with_a_plain_reading_of_the_rules()
    {
        for (var seed = 0; seed < 1_500; seed++)
        {
            var shop = new RandomShop(seed);
            var rules = shop.Rules();
            var world = new LedgerWorld(Rules([.. rules]));
            for (var i = 0; i < 15; i++)
            {
                var customer = 1L + shop.Next(3);
                var sales = world.Customers.GetValueOrDefault(customer)?.Values.Where(one => one.Kind == FactKind.Sale).ToList() ?? [];
                world.Tell(customer, sales.Count > 0 && shop.Next(4) == 0 ? shop.Refunded(shop.Pick(sales)) : shop.Conversion());
            }

            var reference = RewardReference.Owed(rules, world.Customers.ToDictionary(one => one.Key, one => (IReadOnlyList<CreditedConversion>)[.. one.Value.Values]));
            Assert.Equal(
                reference.Select(one => $"{seed} {one.Key} {one.Value}").Order(StringComparer.Ordinal),
                world.Store.Commissions.Values.Where(row => !row.IsGone).Select(row => $"{seed} {(row.ConversionId!.Value, row.RewardId, row.Side, row.PartnerId!.Value)} {row.Earnings}").Order(StringComparer.Ordinal));
            new LedgerChecks(world.Store).Hold(rules);
        }
    }

    private static CreditedConversion Half(CreditedConversion sale) => sale with { Refunded = sale.Amount / 2 };

    internal static IEnumerable<int[]> Permutations(int[] items) => items.Length == 0
        ? [[]]
        : items.SelectMany(item => Permutations([.. items.Where(other => other != item)]).Select(rest => (int[])[item, .. rest]));
}
