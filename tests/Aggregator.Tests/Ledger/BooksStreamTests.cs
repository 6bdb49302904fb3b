using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Ledger;
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
        var world = new LedgerWorld(Rules([.. rules]));
        var checks = new LedgerChecks(world.Store);
        for (var i = 0; i < InOneWorld; i++)
        {
            world.Now += shop.Next(1_000);
            Do(world, shop);
            checks.Hold(rules);
        }
    });

    private static void Do(LedgerWorld world, RandomShop shop)
    {
        List<CommissionRow> rows = [.. world.Store.Commissions.Values];
        switch (shop.Next(10))
        {
            case 0 or 1 or 2 when world.Store.Commissions.Count < 60:
                world.Tell(1 + shop.Next(4), shop.Conversion());
                break;
            case 3 or 4 when Sales(world) is { Count: > 0 } sales:
                var (customer, sale) = shop.Pick(sales);
                world.Tell(customer, shop.Refunded(sale));
                break;
            case 5 or 6 when rows.Count > 0:
                world.Change((books, row) => books.Release(row, "release", world.Now), shop.Pick(rows));
                break;
            case 7 when rows.Count > 0 && shop.Next(2) == 0:
                world.Change((books, row) => books.Hold(row, "case", world.Now), shop.Pick(rows));
                break;
            case 7 when rows.Count > 0:
                world.Change((books, row) => books.Unhold(row, "case", world.Now), shop.Pick(rows));
                break;
            case 8 when rows.Count > 0:
                var decided = shop.Pick(new[] { null, Outcomes.Canceled, Outcomes.Fraud, Decided.OfEarnings(shop.Next(500)) });
                world.Change((books, row) => books.Decide(row, decided, "ana", world.Now), shop.Pick(rows));
                break;
            case 9 when shop.Next(3) == 0 && world.Payouts.Values.Where(payout => payout.Status == PayoutRow.Processing).ToList() is { Count: > 0 } open:
                world.Fail(shop.Pick(open));
                break;
            case 9:
                PayNoMoreThanIsOwed(world);
                break;
            default:
                break;
        }
    }

    private static void PayNoMoreThanIsOwed(LedgerWorld world)
    {
        foreach (var payout in world.Pay())
        {
            var owed = world.Store.Commissions.Values.Where(row => row.Unit == payout.Unit && row.Owner == new Owner(Owner.Partner, payout.PartnerId) && row.State == Accounts.Paid).Sum(row => row.Earnings);
            Assert.InRange(world.BalanceOf(Accounts.Paid, payout.PartnerId, payout.Unit), payout.Amount, owed);
            Assert.Equal(0, world.BalanceOf(Accounts.Payable, payout.PartnerId, payout.Unit));
        }
    }

    private static List<(long Customer, Aggregator.Rewards.CreditedConversion Sale)> Sales(LedgerWorld world) =>
        [.. world.Customers.SelectMany(customer => customer.Value.Values.Where(one => one.Kind == FactKind.Sale).Select(one => (customer.Key, one)))];
}
