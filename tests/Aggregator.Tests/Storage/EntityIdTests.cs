using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Tests.Storage;

public class EntityIdTests
{
    [Fact]
    public void Every_id_comes_back_from_its_text_and_texts_sort_like_numbers()
    {
        var ids = ArbMap.Default.ArbFor<long>().Generator.Select(id => id & long.MaxValue).Two().ToArbitrary();
        Prop.ForAll(ids, pair =>
        {
            var (a, b) = (EntityId.Format("link_", pair.Item1), EntityId.Format("link_", pair.Item2));
            return EntityId.TryParse("link_", a, out var back) && back == pair.Item1
                && Math.Sign(string.CompareOrdinal(a, b)) == pair.Item1.CompareTo(pair.Item2);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("link_")]
    [InlineData("pn_0392v0nn5hw5g")]
    [InlineData("link_0392v0nn5hw5")]
    [InlineData("link_0392v0nn5hw5gg")]
    [InlineData("link_0392V0NN5HW5G")]
    [InlineData("link_0392v0nn5hw5u")]
    [InlineData("link_8000000000000")]
    [InlineData("link_zzzzzzzzzzzzz")]
    [InlineData("link_-000000000000")]
    public void Any_other_text_is_no_id(string? text) => Assert.False(EntityId.TryParse("link_", text, out _));

    [Fact]
    public void The_highest_id_has_a_text() => Assert.Equal("link_7zzzzzzzzzzzz", EntityId.Format("link_", long.MaxValue));

    [Fact]
    public void Ids_grow_also_when_the_clock_is_set_back()
    {
        var clock = new Api.TestClock();
        var ids = new EntityId(clock);
        var last = 0L;
        for (var i = 0; i < 10_000; i++)
        {
            clock.Ahead = TimeSpan.FromSeconds(i % 3 == 0 ? -i : i);
            var id = ids.Next();
            Assert.True(id > last);
            last = id;
        }
    }

    [Fact]
    public async Task Threads_never_get_the_same_id()
    {
        var ids = new EntityId(TimeProvider.System);
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Enumerable.Range(0, 5_000).Select(_ => ids.Next()).ToArray())));
        Assert.Equal(40_000, made.SelectMany(part => part).Distinct().Count());
    }
}
