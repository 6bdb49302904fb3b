using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Contracts.Tests.Clicks;

public sealed class LinkPartitionTests
{
    [Fact]
    public void Every_link_has_a_partition_of_those_there_are() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(
            ArbMap.Default.ArbFor<long>(), Gen.Choose(1, 1_000).ToArbitrary(), (id, partitions) => LinkPartition.Of(id, partitions) >= 0 && LinkPartition.Of(id, partitions) < partitions));

    [Theory]
    [InlineData(1L)] // as a database numbers its rows
    [InlineData(1L << 16)]
    [InlineData(1L << 40)]
    public void Ids_that_follow_each_other_are_spread_evenly(long step)
    {
        const int links = 24_000;
        foreach (var partitions in (int[])[2, 3, 12, 48])
        {
            var counts = new int[partitions];
            for (var i = 1L; i <= links; i++)
            {
                counts[LinkPartition.Of(i * step, partitions)]++;
            }

            // Six standard deviations of a fair choice.
            var fair = links / (double)partitions;
            Assert.All(counts, count => Assert.InRange(count, fair - (6 * Math.Sqrt(fair)), fair + (6 * Math.Sqrt(fair))));
        }
    }

    [Fact]
    public void No_partition_at_all_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => LinkPartition.Of(1, 0));
}
