using static LinkTracker.Aggregator.Tests.Rewards.RewardSample;

namespace LinkTracker.Aggregator.Tests.Ledger;

public class BooksStreamTests
{
    private const int Operations = 1_000_000;
    private const int InOneWorld = 200;

    [Fact]
    public void After_every_operation_of_a_million_the_books_balance_and_caps_hold() => Parallel.For(0, Operations / InOneWorld, seed =>
    {
        var shop = new RandomShop(seed);
        var rules = shop.Rules();
        var world = new LedgerWorld(Twice([.. rules]));
        var checks = new LedgerChecks(world.Store);
        for (var i = 0; i < InOneWorld; i++)
        {
            world.Now += shop.Next(1_000);
            ShopDay.Do(world, shop);
            checks.Hold(rules);
        }

        checks.SumsHold(world.Programs);
    });
}
