using LinkTracker.Edge.Clicks;
using LinkTracker.Edge.Shipping;
using LinkTracker.Edge.Tests.Clicks;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Edge.Tests.Shipping;

/// <summary>Against a broker that behaves.</summary>
public sealed class ShippingTests(SharedServers servers) : IClassFixture<SharedServers>
{
    [FactWith(Need.Kafka)]
    public async Task Everything_recorded_arrives_once_in_the_partition_of_its_link_and_is_released()
    {
        await using var logs = new LogRig();
        await using var rig = await StartAsync(logs);
        await LogRig.RecordAsync(rig.Log, Enumerable.Range(0, 2_000));
        await rig.UntilShippedAsync();
        await LogRig.RecordAsync(rig.Log, Enumerable.Range(2_000, 1_000));
        await rig.UntilShippedAsync();

        using var shipped = rig.Read();
        Assert.Equal(Numbers(3_000), shipped.Numbers);
        Assert.Equal((0, ShippingRig.Partitions), (shipped.Repeated, shipped.Used));
        Assert.Equal((shipped.Records, shipped.Records, 0, 0, null), (rig.Figures.Sent, rig.Figures.Acknowledged, rig.Figures.Failures, rig.Figures.Restarts, rig.Figures.Trouble));
        Assert.Equal(3_000, rig.Log.Figures.Take().Delivered);
        LogRig.AssertBalanced(rig.Log);
    }

    [FactWith(Need.Kafka)]
    public async Task A_stop_sends_what_is_in_the_log_and_the_next_start_has_nothing_to_repeat()
    {
        await using var logs = new LogRig();
        var first = await StartAsync(logs);
        await LogRig.RecordAsync(first.Log, Enumerable.Range(0, 3_000));
        await first.StopAsync();
        first.Shipper.Dispose();
        Assert.Equal(0, first.Log.Figures.Take().Backlog);

        await using var second = await StartAsync(logs);
        await LogRig.RecordAsync(second.Log, Enumerable.Range(3_000, 100));
        await second.UntilShippedAsync();
        using var shipped = second.Read();
        Assert.Equal((3_100, 0), (shipped.Numbers.Count, shipped.Repeated));
        Assert.Equal(Numbers(3_100), shipped.Numbers);
    }

    [FactWith(Need.Kafka)]
    public async Task An_edge_killed_while_it_ships_goes_on_without_a_gap_and_without_a_click_too_many()
    {
        var logs = new LogRig();
        var rig = await StartAsync(logs);
        for (var start = 0; start < 4; start++)
        {
            await LogRig.RecordAsync(rig.Log, Enumerable.Range(1_000 * start, 1_000));
            await ShippingRig.UntilAsync("some records are acknowledged", () => rig.Figures.Acknowledged > 10 * start);

            // What it does after that moment, the next start knows nothing of; it records no more.
            var killed = logs.Crash();
            await rig.DisposeAsync();
            await logs.DisposeAsync();
            (logs, rig) = (killed, await StartAsync(killed));
        }

        await rig.UntilShippedAsync();
        using (var shipped = rig.Read())
        {
            Assert.Equal(Numbers(4_000), shipped.Numbers);
        }

        LogRig.AssertBalanced(rig.Log);
        await rig.DisposeAsync();
        await logs.DisposeAsync();
    }

    [FactWith(Need.Kafka)]
    public async Task Chains_that_ended_at_different_places_go_on_from_there_after_a_restart()
    {
        await using var logs = new LogRig();
        for (var start = 0; start < 3; start++)
        {
            await using var rig = await StartAsync(logs);
            for (var i = 0; i < 8; i++)
            {
                // A slice of its own for each, and so a record for one partition.
                await LogRig.RecordAsync(rig.Log, (8 * start) + i);
                await rig.UntilShippedAsync();
            }

            using var shipped = rig.Read();
            Assert.Equal(Numbers(8 * (start + 1)), shipped.Numbers);
            Assert.Equal(8 * (start + 1), shipped.Records);
        }
    }

    [FactWith(Need.Kafka)]
    public async Task A_chain_goes_on_within_one_log_though_the_sender_is_another()
    {
        var isBroken = false;
        await using var logs = new LogRig();
        logs.Fault = (action, path) =>
        {
            if (Volatile.Read(ref isBroken) && action == DiskAction.Write && Path.GetFileName(path) == ShippedFile.FileName)
            {
                throw new IOException("no space");
            }
        };
        await using var rig = await StartAsync(logs);
        for (var i = 0; i < 24; i++)
        {
            // Every fourth ends a shipment, and is sent twice.
            var restarts = rig.Figures.Restarts;
            Volatile.Write(ref isBroken, i % 4 == 3);
            await LogRig.RecordAsync(rig.Log, i);
            await ShippingRig.UntilAsync("a shipment has ended", () => i % 4 != 3 || rig.Figures.Restarts > restarts);
            Volatile.Write(ref isBroken, false);
            await rig.UntilShippedAsync();
        }

        using var shipped = rig.Read();
        Assert.Equal(Numbers(24), shipped.Numbers);
        Assert.True(shipped.Repeated >= 6);
    }

    [FactWith(Need.Kafka)]
    public async Task Without_the_file_of_what_was_shipped_the_log_is_sent_again_from_its_front()
    {
        await using var logs = new LogRig();
        var first = await StartAsync(logs);
        await LogRig.RecordAsync(first.Log, Enumerable.Range(0, 500));
        await first.UntilShippedAsync();
        await first.DisposeAsync();
        File.Delete(Path.Combine(first.Log.Epochs[0].Folder, ShippedFile.FileName));

        await using var second = await StartAsync(logs);
        await LogRig.RecordAsync(second.Log, Enumerable.Range(500, 10));
        await ShippingRig.UntilAsync("the clicks of both logs are acknowledged", () => second.Log.Figures.Take().Backlog == 0);
        using var shipped = second.Read();
        Assert.Equal(Numbers(510), shipped.Numbers);
        Assert.Equal(500, shipped.Repeated);
        LogRig.AssertBalanced(second.Log);
    }

    [FactWith(Need.Kafka)]
    public async Task A_damaged_range_of_the_log_arrives_in_partition_0_and_the_equation_holds()
    {
        await using var logs = new LogRig();
        await LogRig.StopAsync(await RecordAsync(logs, 500));
        var segment = Directory.GetFiles(logs.Logs, "segment.0", SearchOption.AllDirectories).Single();
        using (var file = File.OpenHandle(segment, FileMode.Open, FileAccess.Write))
        {
            RandomAccess.Write(file, new byte[1_000], 20_000);
        }

        await using var rig = await StartAsync(logs);
        await rig.UntilShippedAsync();
        using var shipped = rig.Read();
        var stats = rig.Log.Figures.Take();
        Assert.InRange(stats.Quarantined, 1, 20);
        Assert.Equal(stats.Quarantined, shipped.Damaged.Sum(range => range.Missing));
        Assert.Equal(500 - stats.Quarantined, shipped.Numbers.Count);
        Assert.Contains(shipped.Damaged, range => range.Bytes.Length > 0);
        LogRig.AssertBalanced(rig.Log);
    }

    [FactWith(Need.Kafka)]
    public async Task Nothing_is_released_that_the_disk_has_not_taken_down()
    {
        var isBroken = true;
        var syncs = 0;
        await using var logs = new LogRig();
        logs.Fault = (action, path) =>
        {
            // The first is that of the file when it is made.
            if (action == DiskAction.Sync && Path.GetFileName(path) == ShippedFile.FileName && syncs++ > 0 && isBroken)
            {
                throw new IOException("no space");
            }
        };
        await using var rig = await StartAsync(logs);
        await LogRig.RecordAsync(rig.Log, Enumerable.Range(0, 100));
        await ShippingRig.UntilAsync("shipping began again", () => rig.Figures.Restarts > 0);
        Assert.Equal(100, rig.Log.Figures.Take().Backlog);

        isBroken = false;
        await rig.UntilShippedAsync();
        using var shipped = rig.Read();
        Assert.Equal(Numbers(100), shipped.Numbers);
    }

    [FactWith(Need.Kafka)]
    public async Task Another_number_of_partitions_than_the_topics_stops_the_start_in_one_line()
    {
        await using var logs = new LogRig();
        await (await StartAsync(logs)).DisposeAsync();
        await using var other = new LogRig();
        await using var rig = await ShippingRig.OpenAsync(other, (await servers.Kafka).BootstrapServers, partitions: 6);
        var refusal = await Assert.ThrowsAsync<SettingsException>(() => rig.Shipper.StartAsync(default));
        Assert.Contains("set Kafka__Partitions=4", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [FactWith(Need.Kafka)]
    public async Task Another_number_of_partitions_than_the_logs_stops_the_start_without_any_broker()
    {
        await using var logs = new LogRig();
        var first = await StartAsync(logs);
        await LogRig.RecordAsync(first.Log, Enumerable.Range(0, 10));
        await first.StopAsync();
        first.Shipper.Dispose();

        await using var rig = await ShippingRig.OpenAsync(logs, $"127.0.0.1:{FreePort.Next()}", partitions: 6);
        Assert.Contains("set Kafka__Partitions=4", (await Assert.ThrowsAsync<SettingsException>(() => rig.Shipper.StartAsync(default))).Message, StringComparison.Ordinal);
    }

    private async Task<ShippingRig> StartAsync(LogRig logs) => await ShippingRig.StartAsync(logs, (await servers.Kafka).BootstrapServers);

    private static async Task<ClickLog> RecordAsync(LogRig logs, int count)
    {
        var log = await logs.StartAsync();
        await LogRig.RecordAsync(log, Enumerable.Range(0, count));
        return log;
    }

    private static IEnumerable<long> Numbers(int count) => Enumerable.Range(0, count).Select(i => (long)i);
}
