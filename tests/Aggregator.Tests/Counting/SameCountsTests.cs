using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Aggregator.Tests.Counting;

public sealed class SameCountsTests : IAsyncLifetime
{
    private CountsServer _server = null!;

    public async Task InitializeAsync() => _server = await CountsServer.CreateAsync();

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [FactWith(Need.Postgres)]
    public void The_same_slices_give_the_same_counts_in_a_file_and_on_a_server_however_they_are_merged() =>
        Prop.ForAll(DeliveredSlices.All.ToArbitrary(), Gen.Choose(1, 5).ToArbitrary(), (slices, merged) =>
        {
            using var file = new CountsFile();
            foreach (var slice in slices)
            {
                file.Count(slice);
            }

            _server.Clear();
            foreach (var ofPartition in slices.GroupBy(slice => slice.Partition))
            {
                foreach (var (together, i) in ofPartition.Chunk(merged).Select((together, i) => (together, i)))
                {
                    Count(together, i);
                }
            }

            Assert.Equal(file.Everything(), _server.Everything());
            Assert.Equal(file.Clicks(), _server.AllClicks());
            Assert.Equal(
                file.Counts.Positions().OrderBy(log => log.Key.ToString(), StringComparer.Ordinal),
                slices.Select(slice => slice.Partition).Distinct().SelectMany(partition => _server.Counts.Read(partition)!.Logs).OrderBy(log => log.Key.ToString(), StringComparer.Ordinal));
            Assert.Equal(
                file.Quarantine().Select(CountBatchTests.Text).Order(StringComparer.Ordinal),
                _server.Quarantine().Select(CountBatchTests.Text).Order(StringComparer.Ordinal));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));

    // Every other step is tried again, as if its answer had been lost; every third is made by another holder.
    private void Count(ClickSlice[] slices, int i)
    {
        if (i % 3 == 0)
        {
            _server.TakeOver();
        }

        var made = _server.Merge(slices);
        _server.Commit(made);
        if (i % 2 == 0)
        {
            _server.Commit(made);
        }
    }
}
