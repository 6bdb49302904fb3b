using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Aggregator.Counting;

namespace LinkTracker.Aggregator.Tests.Counting;

public sealed class VisitorDaysTests
{
    [Fact]
    public void A_day_judges_as_a_list_of_all_its_clicks_would()
    {
        var clicks = from link in Gen.Choose(1, 3)
                     from visitor in Gen.Choose(0, 8)
                     from minutes in Gen.Choose(0, (24 * 60) - 1)
                     from isLoaded in Gen.Elements(true, false, false)
                     select (Link: (long)link, Visitor: (ulong)visitor, Ms: minutes * 60_000, IsLoaded: isLoaded);

        Prop.ForAll(clicks.ArrayOf(400).ToArbitrary(), all =>
        {
            var day = new VisitorDay();
            var counted = new List<(long Link, ulong Visitor, int Ms)>();
            foreach (var (link, visitor, ms, isLoaded) in all)
            {
                var earlier = counted.Where(click => click.Link == link && click.Visitor == visitor).ToList();
                var isRepeat = earlier.Exists(click => Math.Abs(click.Ms - ms) < 3_600_000);
                if (isLoaded)
                {
                    day.Load(link, visitor, ms);
                }
                else
                {
                    Assert.Equal((isRepeat ? Disposition.Duplicate : Disposition.Valid, earlier.Count == 0), day.Judge(link, visitor, ms));
                }

                if (isLoaded || !isRepeat)
                {
                    counted.Add((link, visitor, ms));
                }
            }

            Assert.Equal(counted.Count, day.Count);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));
    }

    [Fact]
    public void A_million_visitors_take_some_twenty_bytes_each()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var day = new VisitorDay();
        for (var i = 1; i <= 1_000_000; i++)
        {
            day.Judge(i % 1_000, (ulong)i * 0x9E37_79B9_7F4A_7C15, i * 80);
        }

        // The table that is in use, and all smaller ones before it.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 * 26_000_000);
        Assert.Equal(1_000_000, day.Count);
    }

    [Fact]
    public void A_day_that_nobody_asks_about_any_more_is_let_go_and_loaded_again_when_asked()
    {
        var loaded = new List<long>();
        var days = new VisitorDays((day, _) => loaded.Add(day));
        days.Judge(1, 1, 0);
        days.Judge(1, 1, UtcBuckets.DayMs);
        Assert.Equal(2, days.Count);
        for (var batch = 0; batch < 1_500; batch++)
        {
            days.Judge(1, (ulong)batch + 2, UtcBuckets.DayMs);
            days.Trim();
        }

        Assert.Equal(1_501, days.Count);
        days.Judge(1, 1, 0);
        Assert.Equal([0L, 1L, 0L], loaded);
    }

    [Fact]
    public void No_more_than_three_days_are_remembered_after_a_batch()
    {
        var days = new VisitorDays((_, _) => { });
        for (var day = 0; day < 5; day++)
        {
            days.Judge(1, 1, day * UtcBuckets.DayMs);
        }

        days.Trim();

        Assert.Equal(3, days.Count);
    }
}
