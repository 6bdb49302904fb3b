using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Aggregator.Tests.Counting;

public sealed class ClickFoldTests : IDisposable
{
    private readonly CountsFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public void Each_excluded_click_has_the_first_reason_that_applies()
    {
        var prefetch = ClickHints.Prefetch;
        _file.Count(new TestLog().Add(
            new TestClick { Head = true, Hints = prefetch, Agent = TestClick.Preview },
            new TestClick { Hints = prefetch, Agent = TestClick.Preview },
            new TestClick { Agent = TestClick.Preview },
            new TestClick { Agent = TestClick.Bot },
            new TestClick(),
            new TestClick { At = new TestClick().At.AddMinutes(59) }).Whole());

        Assert.Equal(
            [Disposition.Head, Disposition.Prefetch, Disposition.LinkPreview, Disposition.Bot, Disposition.Valid, Disposition.Duplicate],
            _file.Clicks().Select(click => click.Disposition));
        Assert.Equal(new ClickTally { Raw = 6, Valid = 1, Unique = 1, Head = 1, Prefetch = 1, LinkPreview = 1, Bot = 1, Duplicate = 1 }, _file.Total(1));
        Assert.Equal(_file.Total(1), _file.Total());
    }

    [Theory]
    [InlineData(3_599_999, Disposition.Duplicate)]
    [InlineData(3_600_000, Disposition.Valid)]
    [InlineData(-3_599_999, Disposition.Duplicate)]
    [InlineData(-3_600_000, Disposition.Valid)]
    public void A_repeat_within_an_hour_is_a_duplicate_in_either_order_of_arrival(int offsetMs, object expected)
    {
        _file.Count(new TestLog().Add(new TestClick(), new TestClick { At = new TestClick().At.AddMilliseconds(offsetMs) }).Whole());

        Assert.Equal((Disposition)expected, _file.Clicks()[1].Disposition);
    }

    [Fact]
    public void A_late_click_is_compared_with_every_counted_click_not_only_the_last()
    {
        var noon = new TestClick().At;
        _file.Count(new TestLog().Add(
            new TestClick { At = noon }, new TestClick { At = noon.AddHours(3) }, new TestClick { At = noon.AddMinutes(30) }, new TestClick { At = noon.AddHours(2.5) }).Whole());

        Assert.Equal(new ClickTally { Raw = 4, Valid = 2, Unique = 1, Duplicate = 2 }, _file.Total(1));
    }

    [Fact]
    public void A_visitor_is_unique_once_a_day_on_each_link()
    {
        var noon = new TestClick().At;
        _file.Count(new TestLog().Add(
            new TestClick(), new TestClick { At = noon.AddHours(2) }, new TestClick { Link = 2 }, new TestClick { At = noon.AddDays(1) }, new TestClick { Visitor = 2 }).Whole());

        Assert.Equal((4, 3), ((int)_file.Total(1).Valid, (int)_file.Total(1).Unique));
        Assert.Equal((5, 4), ((int)_file.Total().Valid, (int)_file.Total().Unique));
    }

    [Fact]
    public void A_duplicate_does_not_push_the_window_on()
    {
        var noon = new TestClick().At;
        _file.Count(new TestLog().Add(
            new TestClick(), new TestClick { At = noon.AddMinutes(50) }, new TestClick { At = noon.AddMinutes(70) }).Whole());

        Assert.Equal([Disposition.Valid, Disposition.Duplicate, Disposition.Valid], _file.Clicks().Select(click => click.Disposition));
    }

    [Fact]
    public void Every_dimension_is_counted_from_the_record()
    {
        _file.Count(new TestLog().Add(
            new TestClick { Agent = TestClick.Iphone, Country = "DE", Referrer = "https://t.co", Hints = ClickHints.Qr },
            new TestClick { Visitor = 2, Channel = "podcast" }).Whole());

        Assert.Equal(
            [
                "Total:", "Country:DE", "Country:Unknown", "Device:Desktop", "Device:Mobile", "Browser:Chrome", "Browser:Safari", "Os:Windows", "Os:iOS",
                "Referrer:(direct)", "Referrer:https://t.co", "Channel:podcast", "Channel:x_twitter", "Trigger:link", "Trigger:qr",
            ],
            Enum.GetValues<Dimension>().SelectMany(dimension => _file
                .Rollup(new RollupQuery { Dimension = dimension, FromHour = 0, ToHour = 10_000_000, Links = [1] })
                .Select(row => $"{dimension}:{row.Value}").Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Any_slicing_and_any_replay_of_the_same_clicks_gives_the_same_numbers()
    {
        var cases = from clicks in Clicks.ArrayOf()
                    from cuts in Gen.Choose(0, 60).ArrayOf()
                    from replays in Gen.Choose(0, 60).ArrayOf()
                    select (clicks, cuts, replays);

        Prop.ForAll(cases.ToArbitrary(), input =>
        {
            var log = new TestLog().Add(input.clicks);
            using var once = new CountsFile();
            using var cut = new CountsFile();
            once.Count(log.Whole());

            var done = 0;
            foreach (var end in input.cuts.Where(end => end <= log.Count).Append(log.Count).Distinct().Order())
            {
                // Some of what was delivered before comes again with what is new, and then all of it once more.
                cut.Count(log.Slice(input.replays.Where(replay => replay <= done).DefaultIfEmpty(done).Max(), end));
                cut.Restart();
                cut.Count(log.Slice(0, end));
                done = end;
            }

            Assert.Equal(once.Everything(), cut.Everything());
            Assert.Equal(once.Clicks(), cut.Clicks());
            Assert.Equal(log.Count, cut.Counts.Positions().Values.Sum(state => state.Applied));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    [Fact]
    public void Raw_is_valid_and_excluded_at_every_level_and_hours_sum_to_days()
    {
        Prop.ForAll(Clicks.ArrayOf().ToArbitrary(), clicks =>
        {
            using var file = new CountsFile();
            file.Count(new TestLog().Add(clicks).Whole());

            var rows = file.Everything().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('|')).ToList();
            Assert.All(rows, row => Assert.Equal(Number(row[5]), Number(row[6]) + row[8..].Sum(Number)));
            Assert.Equal(Sums(rows, "day", bucket => bucket), Sums(rows, "hour", bucket => bucket / 24));

            // Every dimension splits the same clicks, and all links together are the sum of the links.
            foreach (var dimension in rows.Where(row => row[0] == "day").GroupBy(row => row[1]))
            {
                Assert.Equal(clicks.Length, dimension.Where(row => row[2] == "0").Sum(row => Number(row[5])));
                Assert.Equal(clicks.Length, dimension.Where(row => row[2] != "0").Sum(row => Number(row[5])));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    private static Gen<TestClick> Clicks =>
        from link in Gen.Choose(1, 3)
        from visitor in Gen.Choose(1, 3)
        from minutes in Gen.Choose(0, 3 * 24 * 60)
        from agent in Gen.Elements(TestClick.Chrome, TestClick.Chrome, TestClick.Iphone, TestClick.Bot, TestClick.Preview)
        from head in Gen.Frequency((9, Gen.Constant(false)), (1, Gen.Constant(true)))
        from hints in Gen.Elements(ClickHints.None, ClickHints.None, ClickHints.Qr, ClickHints.Prefetch)
        from country in Gen.Elements("", "DE", "US")
        select new TestClick
        {
            Link = link,
            Visitor = (ulong)visitor,
            At = new DateTimeOffset(2026, 5, 4, 0, 0, 0, TimeSpan.Zero).AddMinutes(minutes),
            Agent = agent,
            Head = head,
            Hints = hints,
            Country = country,
        };

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static SortedDictionary<string, string> Sums(List<string[]> rows, string kind, Func<long, long> day) => new(
        rows.Where(row => row[0] == kind)
            .GroupBy(row => $"{row[1]}|{row[2]}|{day(Number(row[3]))}|{row[4]}")
            .ToDictionary(group => group.Key, group => string.Join(',', Enumerable.Range(5, 8).Select(i => group.Sum(row => Number(row[i]))))));
}
