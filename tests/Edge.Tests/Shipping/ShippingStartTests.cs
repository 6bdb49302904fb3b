using LinkTracker.Edge.Clicks;
using LinkTracker.Edge.Shipping;
using LinkTracker.Edge.Tests.Clicks;

namespace LinkTracker.Edge.Tests.Shipping;

/// <summary>What a start finds beside the logs, and what a stop leaves behind.</summary>
public sealed class ShippingStartTests(SharedServers servers) : IClassFixture<SharedServers>
{
    [FactWith(Need.Kafka)]
    public async Task Every_log_has_its_file_before_anything_was_sent_and_a_disk_that_is_full_later_stops_nothing()
    {
        var isFull = false;
        await using var logs = new LogRig();
        await LogRig.StopAsync(await RecordAsync(logs, 0, 100));
        logs.Fault = (action, path) =>
        {
            if (Volatile.Read(ref isFull) && action == DiskAction.Open && IsShipped(path) && !File.Exists(path))
            {
                throw new IOException("no space");
            }
        };
        await using var rig = await ShippingRig.OpenAsync(logs, (await servers.Kafka).BootstrapServers);
        var started = rig.Shipper.StartAsync(default);
        Assert.All(rig.Log.Epochs, epoch => Assert.True(File.Exists(Path.Combine(epoch.Folder, ShippedFile.FileName))));
        Volatile.Write(ref isFull, true);
        await started;
        await LogRig.RecordAsync(rig.Log, Enumerable.Range(100, 100));
        await rig.UntilShippedAsync();
        Assert.Equal(0, rig.Figures.Restarts);
    }

    [Fact]
    public async Task A_file_that_cannot_be_made_does_not_stop_the_start()
    {
        await using var logs = new LogRig { Fault = (_, path) => Refuse(path) };
        await using var rig = await ShippingRig.StartAsync(logs, $"127.0.0.1:{FreePort.Next()}");
        await LogRig.RecordAsync(rig.Log, Enumerable.Range(0, 10));
        Assert.Equal(10, rig.Log.Figures.Take().Backlog);
    }

    [FactWith(Need.Kafka)]
    public async Task A_log_that_was_sent_to_its_end_and_whose_file_may_not_be_opened_holds_up_no_other()
    {
        await using var logs = new LogRig();
        var first = await StartAsync(logs);
        await LogRig.RecordAsync(first.Log, Enumerable.Range(0, 100));
        await first.UntilShippedAsync();
        var sent = first.Log.Epochs[0].Folder;
        await first.StopAsync();
        first.Shipper.Dispose();

        logs.Fault = (action, path) =>
        {
            if (action == DiskAction.Open && Path.GetDirectoryName(path) == sent)
            {
                Refuse(path);
            }
        };
        await using var second = await StartAsync(logs);
        await LogRig.RecordAsync(second.Log, Enumerable.Range(100, 100));
        await second.UntilShippedAsync();
        using var shipped = second.Read();
        Assert.Equal((200, 0, 0), (shipped.Numbers.Count, shipped.Repeated, second.Figures.Restarts));
    }

    [FactWith(Need.Kafka)]
    public async Task A_buffered_edge_that_stops_sends_even_what_was_not_on_the_disk_yet()
    {
        await using var logs = new LogRig { Durable = false };
        var rig = await StartAsync(logs);
        await LogRig.RecordAsync(rig.Log, Enumerable.Range(0, 10));
        await rig.UntilShippedAsync();
        await LogRig.RecordAsync(rig.Log, Enumerable.Range(10, 200));
        await rig.StopAsync();
        rig.Shipper.Dispose();
        Assert.Equal((210, 0), (rig.Log.Figures.Take().Delivered, rig.Log.Figures.Take().Backlog));
    }

    [FactWith(Need.Kafka)]
    public async Task An_edge_that_shipped_before_starts_at_once_without_any_broker()
    {
        await using var logs = new LogRig();
        var first = await StartAsync(logs);
        await LogRig.RecordAsync(first.Log, Enumerable.Range(0, 10));
        await first.StopAsync();
        first.Shipper.Dispose();

        await using var rig = await ShippingRig.OpenAsync(logs, $"127.0.0.1:{FreePort.Next()}");
        Assert.True(rig.Shipper.StartAsync(default).IsCompletedSuccessfully);
    }

    [FactWith(Need.Kafka)]
    public async Task What_a_log_forgot_before_it_was_ever_sent_is_declared_once()
    {
        var clock = new FakeClock(TimeProvider.System.GetUtcNow());
        await using var logs = new LogRig { Clock = clock };
        var alone = await RecordAsync(logs, 0, 4_000);
        await LogRig.ReadAllAsync(alone);
        alone.ForgetExpired();
        clock.Advance(TimeSpan.FromHours(2));
        alone.ForgetExpired();
        var begin = alone.Epochs[0].Retention.Begin;
        Assert.True(begin > LogShape.First);
        await LogRig.RecordAsync(alone, Enumerable.Range(4_000, 10));
        await LogRig.StopAsync(alone);

        await using var rig = await StartAsync(logs);
        await rig.UntilShippedAsync();
        using var shipped = rig.Read();
        var range = Assert.Single(shipped.Damaged);
        Assert.Equal((LogShape.First, begin, 0), (range.From, range.To, range.Missing));
        Assert.Equal(Enumerable.Range(4_000, 10).Select(i => (long)i), shipped.Numbers.TakeLast(10));
    }

    private async Task<ShippingRig> StartAsync(LogRig logs) => await ShippingRig.StartAsync(logs, (await servers.Kafka).BootstrapServers);

    private static async Task<ClickLog> RecordAsync(LogRig logs, int first, int count)
    {
        var log = await logs.StartAsync();
        await LogRig.RecordAsync(log, Enumerable.Range(first, count));
        return log;
    }

    private static bool IsShipped(string path) => Path.GetFileName(path) == ShippedFile.FileName;

    private static void Refuse(string path)
    {
        if (IsShipped(path))
        {
            throw new UnauthorizedAccessException("not yours");
        }
    }
}
