using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Counting.Partitions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace LinkTracker.Aggregator.Tests.Counting.Partitions;

/// <summary>An Aggregator's share of the partitions, on real servers.</summary>
public sealed class CountingPartitionsTests(SharedServers servers) : IClassFixture<SharedServers>
{
    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task Counting_goes_on_when_PostgreSQL_came_back_from_an_older_backup()
    {
        await using var rig = await PartitionRig.StartAsync(servers);
        await rig.ClickAsync(10);
        using (var worker = rig.Work(fence: 34))
        {
            await rig.StoredAsync(10);
            await worker.StopAsync();
        }

        // The backup knows an earlier holder. Redis does not forget the later one.
        await using var database = NpgsqlDataSource.Create(rig.Database);
        await using var older = database.CreateCommand("UPDATE counting_positions SET fence = 3");
        await older.ExecuteNonQueryAsync();

        var counting = rig.Service<IEnumerable<IHostedService>>().OfType<CountingPartitions>().Single();
        await counting.StartAsync(default);
        await rig.ClickAsync(10);
        await rig.CountedAsync(20);
        await rig.StoredAsync(20);
        await counting.StopAsync(default);
        rig.HasCounted(20);
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task Every_partition_can_be_reported_of_soon_after_the_start()
    {
        await using var rig = await PartitionRig.StartAsync(servers);
        var counting = rig.Service<IEnumerable<IHostedService>>().OfType<CountingPartitions>().Single();
        await counting.StartAsync(default);
        await Eventually.HoldsAsync("all partitions are open", TimeSpan.FromSeconds(60), () =>
        {
            try
            {
                return Task.FromResult(rig.Counts.Audit() is { Applied: var applied, Raw: var raw } && applied == raw);
            }
            catch (Aggregator.Storage.CountsException)
            {
                return Task.FromResult(false);
            }
        });
        await counting.StopAsync(default);
    }
}
