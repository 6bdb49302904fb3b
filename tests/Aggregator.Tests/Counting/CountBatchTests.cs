using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Counting.UserAgents;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Aggregator.Tests.Counting;

public sealed class CountBatchTests
{
    private static readonly BotRules Rules = BotRules.Embedded;

    [Fact]
    public void Batches_stored_as_one_count_the_same_as_one_after_the_other() =>
        Prop.ForAll(DeliveredSlices.All.ToArbitrary(), Gen.Choose(1, 5).ToArbitrary(), (slices, merged) =>
        {
            using var each = new CountsFile();
            using var some = new CountsFile();
            foreach (var slice in slices)
            {
                each.Count(slice);
            }

            var visitors = new VisitorDays(some.Counts.LoadDay);
            foreach (var together in slices.Chunk(merged))
            {
                some.Counts.Commit(MergedBatches.Of(new ClickClassifier(Rules), visitors, some.Counts.Positions(), together).Merge());
                visitors.Trim();
            }

            Assert.Equal(each.Everything(), some.Everything());
            Assert.Equal(each.Clicks(), some.Clicks());
            Assert.Equal(each.Counts.Positions(), some.Counts.Positions());
            Assert.Equal(each.Quarantine().Select(Text), some.Quarantine().Select(Text));
            Assert.Equal(each.Counts.ClicksOf([1, 2, 3, 4, 5, 6]), some.Counts.ClicksOf([1, 2, 3, 4, 5, 6]));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));

    [Fact]
    public void A_window_that_grows_over_many_batches_becomes_one_row()
    {
        var log = new TestLog();
        for (var i = 0; i < 3_000; i++)
        {
            log.Add(new TestClick { Visitor = (ulong)i });
        }

        var slices = log.Cut(Enumerable.Range(1, 29).Select(i => i * 100)).ToList();
        var whole = Merged(slices);

        Assert.Equal([0, 1, 2], whole.Parts.Select(part => part.Window));
        Assert.Equal(3_000, whole.Parts.Sum(part => part.Count));
        Assert.Equal(TestLog.Begin, whole.Parts[0].FirstAddress);
        Assert.Equal(3_000, whole.Clicks);
        Assert.Equal((null, new LogProgress(log.Tail, 3_000, 3_000, 0, 0)), Assert.Single(whole.Progress).Value);
    }

    [Fact]
    public void What_is_replayed_and_what_stays_out_add_up()
    {
        var (first, second) = (new CountBatch(), new CountBatch());
        first.Replayed.Add(1);
        second.Replayed.Add(2);
        second.Quarantine.Add(QuarantinedRange.OfRecord(3, new PartitionPosition(1, 70), "checksum", [1, 2]));

        first.Absorb(second);

        Assert.Equal([1, 2], first.Replayed);
        Assert.Equal((new LogKey(3, 0, 1), 70, 71), Assert.Single(first.Quarantine) is var record ? (record.Log, record.From, record.To) : default);
    }

    [Fact]
    public void A_batch_that_does_not_follow_is_not_taken_in()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 }, new TestClick { Visitor = 3 });
        var batches = MergedBatches.Of(new ClickClassifier(Rules), new VisitorDays((_, _) => { }), new Dictionary<LogKey, LogProgress>(), log.Cut([1, 2])).ToList();

        Assert.Throws<ArgumentException>(() => batches[0].Absorb(batches[2]));

        Assert.Equal(1, batches[0].Clicks);
        Assert.Single(batches[0].LastClicks);
    }

    [Fact]
    public void Numbers_beyond_63_bits_are_refused_not_wrapped()
    {
        var key = new CountKey(Dimension.Total, 1, 1, "");
        var (first, second) = (new CountBatch(), new CountBatch());
        first.Hours[key] = new ClickTally { Raw = long.MaxValue, Valid = long.MaxValue };
        second.Hours[key] = new ClickTally { Raw = 1, Valid = 1 };

        Assert.Throws<OverflowException>(() => first.Absorb(second));
    }

    [Fact]
    public void Days_of_hours_that_do_not_add_up_to_63_bits_are_refused_too()
    {
        var batch = new CountBatch();
        batch.Hours[new CountKey(Dimension.Total, 1, 1, "")] = new ClickTally { Raw = long.MaxValue, Valid = long.MaxValue };
        batch.Hours[new CountKey(Dimension.Total, 1, 2, "")] = new ClickTally { Raw = 1, Valid = 1 };

        Assert.Throws<OverflowException>(() => CountRows.Days(CountRows.Hours(batch)).ToList());
    }

    [Fact]
    public void The_newest_click_of_a_link_may_be_from_before_1970()
    {
        var log = new TestLog().Add(new TestClick { At = DateTimeOffset.UnixEpoch.AddDays(-1) });

        Assert.Equal(-UtcBuckets.DayMs, Assert.Single(Merged([log.Whole()]).LastClicks).Value);
    }

    internal static string Text(QuarantinedRange range) =>
        $"{range.Log} {range.From} {range.To} {range.Missing} {range.Kind} {range.Reason} {Convert.ToHexString(range.Bytes)}";

    private static CountBatch Merged(IEnumerable<ClickSlice> slices) =>
        MergedBatches.Of(new ClickClassifier(Rules), new VisitorDays((_, _) => { }), new Dictionary<LogKey, LogProgress>(), slices).Merge();
}
