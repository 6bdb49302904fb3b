using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Tests.Ledger;

public class StatementLineTests
{
    [Fact]
    public void What_keeps_a_reward_back_is_told_in_words()
    {
        var line = new StatementLine { Id = 1, Type = "sale", State = Accounts.Pending, Status = "pending", ApprovedAt = 1, IsChecked = true, Earnings = 5 };
        foreach (var (change, words) in new (Action<StatementLine>, string?)[]
        {
            (one => one.Outcome = Outcomes.Refunded, "went back"), (one => one.Outcome = Outcomes.Canceled, "canceled"), (one => one.Outcome = Outcomes.Fraud, "fraud"),
            (one => one.Outcome = Outcomes.Duplicate, "already"), (one => (one.Outcome, one.Earnings, one.Note) = (null, 0, "cap 5 each month"), "cap 5"),
            (one => (one.Earnings, one.State) = (5, Accounts.Held), "looks into it"), (one => (one.State, one.ApprovedAt) = (Accounts.Pending, null), "approval"),
            (one => one.ApprovedAt = 1, "until 1970"), (one => (one.State, one.IsChecked) = (Accounts.Payable, false), "fraud rules"), (one => one.IsChecked = true, null),
            (one => one.State = Accounts.Paid, null),
        })
        {
            change(line);
            Says(words, line);
        }
    }

    [Fact]
    public void Why_there_is_no_reward_is_told_in_words()
    {
        string[] all =
        [
            UnmetReasons.Stopped, UnmetReasons.NoRules, UnmetReasons.LeadRewarded, UnmetReasons.NotNth, UnmetReasons.NotFirstSale, UnmetReasons.MonthsOver, UnmetReasons.OtherProducts,
            UnmetReasons.BelowMinimum, UnmetReasons.NoRate, StatementLine.NotDerived,
        ];
        var words = all.Select(missed =>
        {
            var line = new StatementLine { Type = "sale", Currency = "gbp", Missed = missed };
            Assert.Equal(missed == UnmetReasons.NoRate ? "waiting" : "none", line.ToPurchase([]).Status);
            return line.ToPurchase([]).Reason!;
        }).ToList();
        Assert.Equal(words.Count, words.Distinct().Count());
        Assert.Contains("1970-01-01, from GBP", words[8], StringComparison.Ordinal);
        Says("person gave", new StatementLine { Type = "sale" });
    }

    private static void Says(string? words, StatementLine line)
    {
        var reason = line.ToPurchase([]).Reason;
        if (words is null)
        {
            Assert.Null(reason);
        }
        else
        {
            Assert.Contains(words, reason, StringComparison.Ordinal);
        }
    }
}
