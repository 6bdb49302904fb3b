using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Rewards;
using LinkTracker.Aggregator.Tests.Rewards;
using Xunit.Sdk;

namespace LinkTracker.Aggregator.Tests.Ledger;

/// <summary>Whatever can happen to the books, one random thing at a time.</summary>
internal static class ShopDay
{
    /// <summary>Lets so many things happen to new books. The same seed gives the same.</summary>
    /// <param name="transact">As of <see cref="LedgerWorld"/>; with one the books are checked after each.</param>
    public static LedgerWorld Many(int seed, int count, Action<MemoryLedger, Action<ILedgerStore>>? transact = null)
    {
        var shop = new RandomShop(seed);
        var rules = shop.Rules();
        var world = new LedgerWorld(RewardSample.Twice([.. rules]), transact);
        var checks = new LedgerChecks(world.Store);
        for (var i = 0; i < count; i++)
        {
            try
            {
                world.Now += shop.Next(1_000);
                Do(world, shop);
                if (transact is not null)
                {
                    checks.Hold(rules);
                }
            }
            catch (XunitException failure)
            {
                throw new XunitException($"seed {seed}, operation {i}: {failure.Message}", failure);
            }
        }

        TotalChecks.Hold(world.Store, world.Programs);
        return world;
    }

    public static void Do(LedgerWorld world, RandomShop shop)
    {
        List<CommissionRow> rows = [.. world.Store.Commissions.Values];
        switch (shop.Next(12))
        {
            case 0 or 1 or 2 when world.Store.Commissions.Count < 60:
                world.Tell(1 + shop.Next(4), shop.Conversion());
                break;
            case 3 or 4 when Sales(world) is { Count: > 0 } sales:
                var (customer, sale) = shop.Pick(sales);
                world.Tell(customer, shop.Refunded(sale));
                break;
            case 5 or 6 when rows.Count > 0:
                world.Release(shop.Pick(rows));
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
            case 9 when shop.Next(3) == 0 && world.Store.Payouts.Where(payout => payout.Status == PayoutRow.Processing).ToList() is { Count: > 0 } open:
                world.Fail(shop.Pick(open));
                break;
            case 9:
                PayNoMoreThanIsOwed(world);
                break;
            case 10 when world.Customers.Count > 0:
                var (whose, conversions) = shop.Pick([.. world.Customers]);
                world.Tell(whose, shop.Moved(shop.Pick([.. conversions.Values])));
                break;
            case 11 when rows.Where(row => row.State == Accounts.Payable && (row.Side == Due.Friend || !Units.IsMoney(row.Unit))).ToList() is { Count: > 0 } open:
                GiveNoMoreThanIsOwed(world, shop.Pick(open));
                break;
            default:
                break;
        }
    }

    private static void PayNoMoreThanIsOwed(LedgerWorld world)
    {
        foreach (var payout in world.Pay())
        {
            BalanceKey Key(string account) => new(payout.ProgramId, Owner.Partner, payout.PartnerId, account, payout.Unit);
            var owed = world.Store.Commissions.Values.Where(row => (row.ProgramId, row.Unit) == (payout.ProgramId, payout.Unit) && row.Owner == new Owner(Owner.Partner, payout.PartnerId) && row.State == Accounts.Paid).Sum(row => row.Earnings);
            Assert.InRange(world.Store.Balances[Key(Accounts.Paid)], payout.Amount, owed);
            Assert.Equal(world.UncheckedOf(payout.ProgramId, payout.PartnerId, payout.Unit), world.Store.Balances[Key(Accounts.Payable)]);
        }
    }

    private static void GiveNoMoreThanIsOwed(LedgerWorld world, CommissionRow row)
    {
        BalanceKey Key(string account) => new(row.ProgramId, row.Owner.Kind, row.Owner.Id, account, row.Unit);
        var payable = world.Store.Balances.GetValueOrDefault(Key(Accounts.Payable));
        var open = row.Open;
        var given = world.Fulfil(row);
        Assert.InRange(given, 0, Math.Max(0, Math.Min(open, payable)));
        Assert.Equal(payable - given, world.Store.Balances.GetValueOrDefault(Key(Accounts.Payable)));
        Assert.True(given == 0 || world.Store.Balances[Key(Accounts.Payable)] >= 0);
    }

    private static List<(long Customer, LinkTracker.Aggregator.Rewards.CreditedConversion Sale)> Sales(LedgerWorld world) =>
        [.. world.Customers.SelectMany(customer => customer.Value.Values.Where(one => one.Kind == FactKind.Sale).Select(one => (customer.Key, one)))];
}
