using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;
using static LinkTracker.Aggregator.Tests.Rewards.RewardSample;

namespace LinkTracker.Aggregator.Tests.Ledger;

public class BooksTests
{
    private static readonly RewardRule Tenth = new() { Id = "r", BasisPoints = 1_000 };

    [Fact]
    public void A_refund_after_the_payout_takes_back_its_part_by_a_new_posting_and_the_next_payout_sets_it_off()
    {
        var world = new LedgerWorld(Rules(Tenth));
        world.Tell(1, Sale(1, 10_000));
        var commission = Only(world);
        world.Release(commission);
        var payout = Assert.Single(world.Pay());
        var before = world.Store.Postings.Select(Text).ToList();

        world.Tell(1, Sale(1, 10_000, refunded: 3_000));
        Assert.Equal(before, world.Store.Postings.Take(before.Count).Select(Text));
        var reversal = Assert.Single(world.Store.Postings.Skip(before.Count));
        Assert.Equal((300L, Accounts.Payable, Accounts.Expense, PostingKinds.Reverse), (reversal.Amount, reversal.Debit, reversal.Credit, reversal.Kind));
        Assert.Equal((-300L, 1_000L, 1_000L), (world.BalanceOf(Accounts.Payable, Ana), world.BalanceOf(Accounts.Paid, Ana), payout.Amount));
        Assert.Empty(world.Pay());

        world.Tell(2, Sale(2, 5_000));
        world.Release(world.Store.Commissions.Values.Single(row => row.CustomerId == 2));
        Assert.Equal(200, Assert.Single(world.Pay()).Amount);
        new LedgerChecks(world.Store).Hold([Tenth]);
    }

    [Fact]
    public void A_failed_payout_is_owed_again()
    {
        var world = new LedgerWorld(Rules(Tenth));
        world.Tell(1, Sale(1, 10_000));
        world.Release(Only(world));
        world.Fail(Assert.Single(world.Pay()));
        Assert.Equal((1_000L, 0L, Accounts.Payable, null), (world.BalanceOf(Accounts.Payable, Ana), world.BalanceOf(Accounts.Paid, Ana), Only(world).State, Only(world).PayoutId));

        // The fraud rules look at it once more first.
        Assert.Empty(world.Pay());
        world.Release(Only(world));
        Assert.Equal(1_000, Assert.Single(world.Pay()).Amount);
        new LedgerChecks(world.Store).Hold([Tenth]);
    }

    [Fact]
    public void What_a_person_decided_stays_when_the_facts_change_and_goes_back_to_them_when_it_is_taken_back()
    {
        var world = new LedgerWorld(Rules(Tenth));
        world.Tell(1, Sale(1, 1_000));
        world.Change((books, row) => books.Decide(row, Decided.OfEarnings(70), "ana", world.Now), Only(world));
        world.Tell(1, Sale(1, 1_000, refunded: 500));
        Assert.Equal(35, Only(world).Earnings);
        world.Change((books, row) => books.Decide(row, Outcomes.Fraud, "case", world.Now), Only(world));
        Assert.Equal((0L, Outcomes.Fraud), (Only(world).Earnings, Only(world).Outcome));
        world.Change((books, row) => books.Decide(row, null, "ana", world.Now), Only(world));
        Assert.Equal((50L, null), (Only(world).Earnings, Only(world).Outcome));
        new LedgerChecks(world.Store).Hold([Tenth]);
    }

    [Fact]
    public void A_persons_amount_goes_back_with_the_sale_and_with_its_credit()
    {
        var world = new LedgerWorld(Rules(Tenth));
        world.Tell(1, Sale(1, 1_000));
        world.Change((books, row) => books.Decide(row, Decided.OfEarnings(70), "ana", world.Now), Only(world));
        world.Tell(1, Sale(1, 1_000, refunded: 1_000));
        Assert.Equal((0L, Outcomes.Refunded), (Only(world).Earnings, Only(world).Outcome));

        world.Tell(1, Sale(1, 1_000, null, 0, (Ben, 1)));
        Assert.Equal((0L, 100L), (world.BalanceOf(Accounts.Pending, Ana), world.BalanceOf(Accounts.Pending, Ben)));
        world.Tell(1, Sale(1, 1_000));
        Assert.Equal((70L, 0L), (world.BalanceOf(Accounts.Pending, Ana), world.BalanceOf(Accounts.Pending, Ben)));
        new LedgerChecks(world.Store).Hold([]);
    }

    [Theory]
    [InlineData(true, 50)]
    [InlineData(false, 80)]
    public void A_sale_that_a_person_made_half_as_large_gives_half_of_what_goes_with_its_amount(bool isProportional, long owed)
    {
        var world = new LedgerWorld(Rules(Tenth with { Caps = [new RewardCap("partner", "all", 80)] }));
        world.Tell(1, Sale(1, 1_000));
        world.Change((books, row) => books.Decide(row, Decided.OfSale(isProportional ? 625 : 1, isProportional), "ana", world.Now), Only(world));
        Assert.Equal(owed, Only(world).Earnings);
        world.Tell(1, Sale(1, 1_000, refunded: 500));
        Assert.Equal(owed / 2, Only(world).Earnings);
    }

    [Fact]
    public void What_was_given_and_is_not_owed_any_more_is_set_off_against_what_is_given_next()
    {
        var world = new LedgerWorld(Rules(new RewardRule { Id = "f", Side = "friend", Kind = "credit", BasisPoints = 0, Amount = 500 }));
        world.Tell(1, Sale(1, 1_000));
        world.Release(Only(world));
        Assert.Equal(500, world.Fulfil(Only(world)));
        world.Tell(1, Sale(1, 1_000, refunded: 600));
        world.Tell(1, Sale(2, 1_000, Noon + 1));
        var second = world.Store.Commissions.Values.Single(row => row.ConversionId == 2);
        Assert.Equal(0, world.Fulfil(second));
        world.Release(second);
        second = world.Store.Commissions[second.Id];
        Assert.Equal((200L, 0L), (world.Fulfil(second), world.Fulfil(second)));

        world.Tell(1, Sale(1, 1_000, refunded: 1_000));
        world.Tell(1, Sale(2, 1_000, Noon + 1, 1_000));
        world.Tell(1, Sale(3, 1_000, Noon + 2));
        var third = world.Store.Commissions.Values.Single(row => row.ConversionId == 3);
        world.Release(third);
        Assert.Equal(0, world.Fulfil(world.Store.Commissions[third.Id]));
        Assert.Equal(Accounts.Payable, world.Store.Commissions[third.Id].State);
        new LedgerChecks(world.Store).Hold([]);
    }

    [Fact]
    public void The_rest_of_what_was_given_is_held_released_and_given_and_what_is_turned_down_of_it_is_set_off()
    {
        var tiers = new RewardTiers { By = "count", Period = "all", Mode = "retroactive", Steps = [new RewardTier(2, 800)] };
        var world = new LedgerWorld(Rules(new RewardRule { Id = "c", Kind = "credit", Amount = 500, Tiers = tiers }));
        world.Tell(1, Sale(1, 1_000));
        world.Release(Only(world));
        Assert.Equal(500, world.Fulfil(Only(world)));
        world.Change((books, row) => Assert.False(books.Hold(row, "case", world.Now)), Only(world));

        world.Tell(2, Sale(2, 1_000));
        Do((books, row) => Assert.True(books.Hold(row, "case", world.Now)));
        Assert.Equal((300L, 0L), (Balance(Accounts.Held), Balance(Accounts.Payable)));
        Assert.Equal(0, world.Fulfil(First()));
        Do((books, row) => books.Decide(row, Outcomes.Fraud, "case", world.Now));
        Assert.Equal((0L, -500L, Accounts.Paid), (Balance(Accounts.Held), Balance(Accounts.Payable), First().State));

        Do((books, row) => books.Decide(row, null, "case", world.Now));
        Assert.Equal((300L, Accounts.Payable), (Balance(Accounts.Payable), First().State));
        Do((books, row) => Assert.True(books.Hold(row, "case", world.Now)));
        Do((books, row) => Assert.True(books.Unhold(row, "case", world.Now)));
        Do((books, row) => Assert.True((row.IsChecked = true) && books.Release(row, "test", world.Now)));
        Assert.Equal((300L, 0L), (world.Fulfil(First()), world.Fulfil(First())));
        new LedgerChecks(world.Store).Hold([]);

        CommissionRow First() => world.Store.Commissions.Values.Single(row => row.ConversionId == 1);

        void Do(Action<Books, CommissionRow> change) => world.Change(change, First());

        long Balance(string account) => world.BalanceOf(account, Ana, "credit:eur");
    }

    [Fact]
    public void What_was_given_in_part_and_goes_to_another_program_is_owed_there_anew_and_set_off_here()
    {
        var credit = new RewardRule { Id = "c", Side = "friend", Kind = "credit", Amount = 500 };
        var world = new LedgerWorld(Twice(credit));
        world.Tell(1, Sale(1, 1_000));
        world.Release(Only(world));
        Assert.Equal(500, world.Fulfil(Only(world)));
        world.Tell(1, Sale(1, 1_000) with { ProgramId = Other });
        Assert.Equal((-500L, 500L, 0L, Accounts.Pending), (Balance(Rewards.RewardSample.Program, Accounts.Payable), Balance(Other, Accounts.Pending), Only(world).Settled, Only(world).State));
        new LedgerChecks(world.Store).Hold([]);

        // Back again it is what was given already.
        world.Tell(1, Sale(1, 1_000));
        world.Release(Only(world));
        Assert.Equal((0L, 0L), (Balance(Rewards.RewardSample.Program, Accounts.Payable), world.Fulfil(Only(world))));

        long Balance(long program, string account) => world.Store.Balances[new BalanceKey(program, Owner.Customer, 1, account, "credit:eur")];
    }

    [Fact]
    public void What_is_held_is_not_released_and_what_was_paid_cannot_be_held()
    {
        var world = new LedgerWorld(Rules(Tenth));
        world.Tell(1, Sale(1, 1_000));
        world.Change((books, row) => Assert.True(books.Hold(row, "case", world.Now)), Only(world));
        world.Change((books, row) => Assert.False(books.Release(row, "release", world.Now)), Only(world));
        Assert.Equal(100, world.BalanceOf(Accounts.Held, Ana));
        world.Change((books, row) => Assert.True(books.Unhold(row, "case", world.Now)), Only(world));
        world.Release(Only(world));
        world.Pay();
        world.Change((books, row) => Assert.False(books.Hold(row, "case", world.Now)), Only(world));
        world.Change((books, row) => Assert.False(books.Unhold(row, "case", world.Now)), Only(world));
        new LedgerChecks(world.Store).Hold([Tenth]);
    }

    [Fact]
    public void A_full_refund_leaves_nothing_and_a_discount_goes_back_only_with_it()
    {
        var discount = new RewardRule { Id = "d", Kind = "discount", Side = "friend", BasisPoints = 500 };
        var world = new LedgerWorld(Rules(Tenth, discount));
        world.Tell(1, Sale(1, 999, refunded: 998));
        Assert.Equal([("d", 1L), ("r", 0L)], world.Store.Commissions.Values.Select(row => (row.RewardId, row.Earnings)).Order());
        world.Tell(1, Sale(1, 999, refunded: 999));
        Assert.All(world.Store.Commissions.Values, row => Assert.Equal((0L, Outcomes.Refunded), (row.Earnings, row.Outcome)));
    }

    [Fact]
    public void A_conversion_that_goes_to_another_partner_takes_its_reward_along()
    {
        var world = new LedgerWorld(Rules(Tenth, new RewardRule { Id = "f", Side = "friend", Kind = "credit", Amount = 5 }));
        world.Tell(1, Sale(1, 1_000));
        world.Tell(1, Sale(1, 1_000, null, 0, (Ben, 1)));
        Assert.Equal((0L, 100L), (world.BalanceOf(Accounts.Pending, Ana), world.BalanceOf(Accounts.Pending, Ben)));
        Assert.Equal((Outcomes.Canceled, 1L), world.Store.Commissions.Values.Where(row => row.PartnerId == Ana).Select(row => (row.Outcome, row.CustomerId!.Value)).Single());
        Assert.Single(world.Store.Commissions.Values, row => row.Side == Due.Friend);
        world.Tell(1, Sale(1, 1_000));
        Assert.Equal((100L, 0L), (world.BalanceOf(Accounts.Pending, Ana), world.BalanceOf(Accounts.Pending, Ben)));
        new LedgerChecks(world.Store).Hold([]);
    }

    [Fact]
    public void Another_program_owes_what_the_first_one_owed()
    {
        var (eur, usd) = (Rules(Tenth).Default, Rules(Tenth).Default with { Id = 8, Currency = "usd" });
        var world = new LedgerWorld(new ProgramSet(eur, new Dictionary<long, ReferralProgram> { [7] = eur, [8] = usd }));
        world.Store.Rates = (amount, from, to, _) => from == to ? amount : amount * 2;
        world.Tell(1, Sale(1, 1_000));
        world.Tell(1, Sale(1, 1_000) with { ProgramId = 8 });
        Assert.Equal((0L, 200L), (world.BalanceOf(Accounts.Pending, Ana), world.Store.Balances[new BalanceKey(8, Owner.Partner, Ana, Accounts.Pending, "usd")]));
        new LedgerChecks(world.Store).Hold([]);
    }

    [Fact]
    public void What_goes_to_another_program_stays_held_and_is_checked_and_approved_by_that_one()
    {
        var (eur, usd) = (Rules(Tenth).Default, Rules(new ProgramRules { Rewards = [Tenth], Approval = "manual" }).Default with { Id = Other, Currency = "usd" });
        var world = new LedgerWorld(new ProgramSet(eur, new Dictionary<long, ReferralProgram> { [eur.Id] = eur, [Other] = usd }));
        world.Store.Rates = (amount, from, to, _) => from == to ? amount : amount * 2;
        world.Tell(1, Sale(1, 1_000));
        world.Change((books, row) => row.IsChecked = books.Hold(row, "case", world.Now), Only(world));
        world.Change((books, row) => books.Decide(row, Decided.OfEarnings(70), "ana", world.Now), Only(world));
        Assert.NotNull(Only(world).ApprovedAt);

        world.Tell(1, Sale(1, 1_000) with { ProgramId = Other });
        var moved = Only(world);
        Assert.Equal((Accounts.Held, null, false, null, Decided.Dropped, 200L), (moved.State, moved.ApprovedAt, moved.IsChecked, moved.Decided, moved.Note, moved.Earnings));
        Assert.Equal(200, world.Store.Balances[new BalanceKey(Other, Owner.Partner, Ana, Accounts.Held, "usd")]);
        world.Change((books, row) => books.Decide(row, Decided.OfEarnings(90), "ana", world.Now), moved);
        Assert.Null(Only(world).Note);
        new LedgerChecks(world.Store).Hold([]);
    }

    [Fact]
    public void Telling_the_same_again_changes_nothing()
    {
        var world = new LedgerWorld(Rules(Tenth with { Caps = [new RewardCap("partner", "month", 50)] }));
        world.Tell(1, Sale(1, 1_000));
        var (commission, postings) = (Only(world) with { }, world.Store.Postings.Count);
        world.Tell(1, Sale(1, 1_000));
        Assert.Equal((commission, postings), (Only(world), world.Store.Postings.Count));
    }

    [Fact]
    public void Several_customers_of_one_transaction_share_a_cap()
    {
        var world = new LedgerWorld(Rules(Tenth with { Caps = [new RewardCap("partner", "month", 150)] }));
        world.Tell([(1, Sale(1, 1_000, Noon)), (2, Sale(2, 1_000, Noon + 1)), (1, Sale(3, 1_000, Noon + 2))]);
        Assert.Equal([100L, 50, 0], world.Store.Commissions.Values.OrderBy(row => row.OccurredAt).Select(row => row.Earnings));
    }

    [Fact]
    public void A_decision_gives_its_room_under_a_cap_to_those_behind_it()
    {
        var world = new LedgerWorld(Rules(Tenth with { Caps = [new RewardCap("program", "all", 150)] }));
        world.Tell(1, Sale(1, 1_000, Noon));
        world.Tell(2, Sale(2, 1_000, Noon + 1, 0, (Ben, 1)));
        Assert.Equal(50, world.BalanceOf(Accounts.Pending, Ben));
        world.Change((books, row) => books.Decide(row, Outcomes.Fraud, "case", world.Now), world.Store.Commissions.Values.Single(row => row.PartnerId == Ana));
        Assert.Equal((0L, 100L), (world.BalanceOf(Accounts.Pending, Ana), world.BalanceOf(Accounts.Pending, Ben)));
    }

    [Fact]
    public void What_does_not_fit_into_64_bits_is_refused_and_changes_nothing()
    {
        var world = new LedgerWorld(Rules(new RewardRule { Id = "r", Event = "lead", Kind = "flat", Amount = long.MaxValue / 2 }));
        Assert.Throws<OverflowException>(() => world.Tell(1, Lead(1, quantity: 3)));
        Assert.Empty(world.Store.Postings);
    }

    private static CommissionRow Only(LedgerWorld world) => Assert.Single(world.Store.Commissions.Values);

    private static string Text(PostingRow row) => System.Text.Json.JsonSerializer.Serialize(row);
}
