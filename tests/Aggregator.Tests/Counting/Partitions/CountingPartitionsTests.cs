using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Storage;
using Npgsql;

namespace LinkTracker.Aggregator.Tests.Counting.Partitions;

/// <summary>How Aggregators share the partitions, on real servers.</summary>
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
        await using var older = database.CreateCommand("UPDATE counting_positions SET fence = 0");
        await older.ExecuteNonQueryAsync();

        using var counting = rig.Share();
        await counting.StartAsync(default);
        await rig.ClickAsync(10);
        await rig.CountedAsync(20);
        await rig.StoredAsync(20);
        await counting.StopAsync(default);
        rig.HasCounted(20);
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task Who_joins_gets_a_share_and_who_leaves_gives_its_own_back_and_every_click_is_counted_once()
    {
        await using var rig = await PartitionRig.StartAsync(servers);
        using var first = rig.Share();
        using var second = rig.Share();
        await first.StartAsync(default);
        await Eventually.HoldsAsync("all partitions can be reported of", Eventually.Limit, () => Task.FromResult(CanReport(rig)));

        await rig.ClickAsync(100);
        await second.StartAsync(default);
        await Eventually.HoldsAsync("each holds half", Eventually.Limit, async () => await HoldersAsync(rig) is [16, 16]);
        await rig.ClickAsync(100);
        await rig.CountedAsync(200);

        await first.StopAsync(default);
        await Eventually.HoldsAsync("one holds all", Eventually.Limit, async () => await HoldersAsync(rig) is [32]);
        await rig.ClickAsync(100);
        await rig.CountedAsync(300);
        await rig.StoredAsync(300);
        await second.StopAsync(default);
        rig.HasCounted(300);
        Assert.Empty(await HoldersAsync(rig));
    }

    private static bool CanReport(PartitionRig rig)
    {
        try
        {
            return rig.Counts.Audit() is { Applied: 0, Raw: 0 };
        }
        catch (CountsException)
        {
            // Some are not open yet.
            return false;
        }
    }

    private static async Task<List<long>> HoldersAsync(PartitionRig rig)
    {
        await using var database = NpgsqlDataSource.Create(rig.Database);
        await using var holders = database.CreateCommand("SELECT COUNT(*) FROM counting_leases WHERE expires_at > now() GROUP BY owner");
        await using var reader = await holders.ExecuteReaderAsync();
        var counts = new List<long>();
        while (await reader.ReadAsync())
        {
            counts.Add(reader.GetInt64(0));
        }

        return counts;
    }
}
