using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;
using static LinkTracker.Aggregator.Tests.Rewards.RewardSample;

namespace LinkTracker.Aggregator.Tests.Ledger;

public class CarriedDecisionTests
{
    private static readonly RewardRule FirstSale = new() { Id = "first", Kind = "flat", Amount = 500, MaxMonths = 0 };
    private static readonly RewardRule SecondSales = new() { Id = "second", Kind = "flat", Amount = 500, EveryNth = 2 };
    private static readonly RewardRule FirstLead = new() { Id = "lead", Event = "lead", Kind = "flat", Amount = 500 };

    [Theory]
    [InlineData(Outcomes.Fraud, 0)]
    [InlineData("earnings:70", 70)]
    public void What_a_person_said_of_a_first_sale_or_lead_holds_for_an_earlier_one_that_is_told_late(string said, long owed)
    {
        foreach (var (rule, first, earlier) in new[] { (FirstSale, Sale(2, 1_000, Noon + 2), Sale(1, 1_000, Noon + 1)), (FirstLead, Lead(2, Noon + 2), Lead(1, Noon + 1)) })
        {
            var world = new LedgerWorld(Rules(rule));
            world.Tell(1, first);
            Say(world, 2, said);
            world.Tell(1, earlier);
            Assert.Equal((owed, 0L), (Of(world, 1).Earnings, Of(world, 2).Earnings));
            new LedgerChecks(world.Store).Hold([]);
        }
    }

    [Fact]
    public void What_is_taken_back_is_taken_back_for_whichever_conversion_has_the_reward()
    {
        var world = new LedgerWorld(Rules(FirstSale));
        world.Tell(1, Sale(3, 1_000, Noon + 3));
        Say(world, 3, Outcomes.Fraud);
        world.Tell(1, Sale(2, 1_000, Noon + 2));
        Say(world, 2, null);
        Assert.Equal(500, Of(world, 2).Earnings);
        world.Tell(1, Sale(1, 1_000, Noon + 1));
        Assert.Equal(500, Of(world, 1).Earnings);

        // The one that has it no more is what a person still sees who looked before.
        Say(world, 3, Outcomes.Duplicate);
        Assert.Equal((0L, Outcomes.Duplicate), (Of(world, 1).Earnings, Of(world, 1).Outcome));
        Say(world, 3, null);
        Assert.Equal(500, Of(world, 1).Earnings);
        new LedgerChecks(world.Store).Hold([]);
    }

    [Fact]
    public void What_was_said_comes_back_with_the_reward()
    {
        var world = new LedgerWorld(Rules(FirstSale));
        world.Tell(1, Sale(2, 1_000, Noon + 2));
        Say(world, 2, Outcomes.Fraud);
        world.Tell(1, Sale(1, 1_000, Noon + 1));
        Assert.Equal((Outcomes.Fraud, Of(world, 2).Id), (Of(world, 1).Outcome, Of(world, 1).DecidedFrom));
        world.Tell(1, Sale(1, 1_000, Noon + 1) with { ProgramId = null });
        Assert.Equal((Outcomes.Canceled, Outcomes.Fraud), (Of(world, 1).Outcome, Of(world, 2).Outcome));
        Assert.Equal((null, null), (Of(world, 1).Decided, Of(world, 1).DecidedFrom));
    }

    [Fact]
    public void What_was_said_of_one_partners_reward_or_of_a_sale_or_by_a_fraud_case_is_not_carried()
    {
        foreach (var said in new[] { Decided.OfSale(10, isProportional: true), Decided.OfCase("case_1") })
        {
            var world = new LedgerWorld(Rules(FirstSale));
            world.Tell(1, Sale(2, 1_000, Noon + 2));
            Say(world, 2, said);
            world.Tell(1, Sale(1, 1_000, Noon + 1));
            Assert.Equal(500, Of(world, 1).Earnings);
        }

        // The second sale is another partner's by now: the fourth is what it was.
        var shared = new LedgerWorld(Rules(SecondSales));
        shared.Tell([.. Enumerable.Range(1, 4).Select(id => (1L, Sale(id, 1_000, Noon + id)))]);
        Say(shared, 2, Outcomes.Fraud);
        shared.Tell(1, Sale(2, 1_000, Noon + 2, 0, (Ben, 1)));
        Assert.Equal((500L, 500L), (shared.BalanceOf(Accounts.Pending, Ana), shared.BalanceOf(Accounts.Pending, Ben)));
    }

    [Fact]
    public void What_is_carried_gives_its_room_under_a_cap_to_others()
    {
        var world = new LedgerWorld(Rules(FirstSale with { Caps = [new RewardCap("program", "all", 500)] }));
        world.Tell(1, Sale(2, 1_000, Noon + 2));
        world.Tell(2, Sale(3, 1_000, Noon + 3));
        Say(world, 2, Outcomes.Fraud);
        world.Tell(1, Sale(1, 1_000, Noon + 1));
        Assert.Equal((0L, 500L), (Of(world, 1).Earnings, Of(world, 3).Earnings));
        TotalChecks.Hold(world.Store, world.Programs);
    }

    [Fact]
    public void What_was_said_of_every_second_sale_holds_for_the_same_ones_in_every_order()
    {
        foreach (var (told, owed) in new (int[], string)[] { ([1, 2, 5, 6], "2 500, 4 0, 6 500"), ([1, 5, 6], "3 0, 5 500"), ([5, 6], "4 0, 6 500"), ([1, 2, 6], "2 500, 4 0") })
        {
            foreach (var order in BooksOrderTests.Permutations(told).Append([]))
            {
                var world = new LedgerWorld(Rules(SecondSales));
                world.Tell([(1, Sale(3, 1_000, Noon + 3)), (1, Sale(4, 1_000, Noon + 4))]);
                Say(world, 4, Outcomes.Fraud);
                Array.ForEach(order, id => world.Tell(1, Sale(id, 1_000, Noon + id)));
                world.Tell([.. told.Select(id => (1L, Sale(id, 1_000, Noon + id)))]);
                Assert.Equal(owed, string.Join(", ", world.Store.Commissions.Values.Where(row => !row.IsGone).OrderBy(row => row.OccurredAt).Select(row => $"{row.ConversionId} {row.Earnings}")));
            }
        }
    }

    [Fact]
    public void What_was_said_holds_for_the_same_rewards_in_every_order_whatever_the_rules()
    {
        var carried = 0;
        for (var seed = 0; seed < 600; seed++)
        {
            var shop = new RandomShop(seed);
            var programs = Rules([.. shop.Rules().Select(rule => rule.Event == "lead" || rule.MaxMonths == 0 ? rule : rule with { EveryNth = 1 + (seed % 3) })]);
            var facts = Enumerable.Range(0, 9).Select(_ => (Customer: 1L + shop.Next(2), Conversion: shop.Conversion())).ToArray();
            List<IReadOnlyList<string>> ends = [];
            for (var order = 0; order < 3; order++)
            {
                var world = new LedgerWorld(programs);
                world.Tell(facts[..4]);
                foreach (var row in world.Store.Commissions.Values.Where(row => row.ConversionId % 2 == 0).ToList())
                {
                    world.Change((books, found) => books.Decide(found, row.ConversionId % 4 == 0 ? Outcomes.Fraud : Decided.OfEarnings(70), "ana", world.Now), row);
                }

                // One by one, in reverse, and all at once.
                var rest = facts[4..];
                Array.ForEach(order == 0 ? rest : order == 1 ? [.. rest.Reverse()] : [], fact => world.Tell(fact.Customer, fact.Conversion));
                world.Tell(rest);
                ends.Add(world.Owed());
                carried += world.Store.Commissions.Values.Count(row => row.DecidedFrom is not null);
                TotalChecks.Hold(world.Store, programs);
            }

            Assert.All(ends, end => Assert.Equal(ends[0], end));
        }

        Assert.True(carried > 100);
    }

    private static void Say(LedgerWorld world, long conversion, string? said) => world.Change((books, row) => books.Decide(row, said, "ana", world.Now), Of(world, conversion));

    private static CommissionRow Of(LedgerWorld world, long conversion) => world.Store.Commissions.Values.Single(row => row.ConversionId == conversion);
}
