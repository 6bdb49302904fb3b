using LinkTracker.Contracts.Clicks;
using LinkTracker.Edge.Clicks;
using LinkTracker.Edge.Shipping;
using LinkTracker.Edge.Tests.Clicks;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Edge.Tests.Shipping;

public sealed class ShippedFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shipped-").FullName;

    [Fact]
    public void What_was_saved_is_found_again_and_nothing_later()
    {
        using (var file = new ShippedFile(_folder, 7, new LogDisk()))
        {
            Assert.Equal((0, 0), (file.Next, file.Ends.Count));
            file.Begin(partitions: 4);
            Acknowledge(file, 200, 1, 3);
            Acknowledge(file, 300);
            file.Save();
            Acknowledge(file, 400, 0);
        }

        using var again = new ShippedFile(_folder, 7, new LogDisk());
        Assert.Equal(300, again.Next);
        Assert.Equal([0L, 200, 0, 200], again.Ends);
    }

    [Fact]
    public void A_torn_write_costs_the_newest_state_only_and_a_destroyed_file_all_that_is_known()
    {
        using (var file = new ShippedFile(_folder, 7, new LogDisk()))
        {
            file.Begin(partitions: 2);
            Acknowledge(file, 200, 0);
            file.Save();
            Acknowledge(file, 300, 1);
            file.Save();
        }

        // The second state is in the first slot.
        Damage(slot: 0);
        Assert.Equal(200, Read());
        Damage(slot: 1);
        Assert.Equal(0, Read());
    }

    [Fact]
    public void Another_logs_file_is_no_use()
    {
        using (var file = new ShippedFile(_folder, 7, new LogDisk()))
        {
            file.Begin(partitions: 2);
            Acknowledge(file, 200, 0);
            file.Save();
        }

        using var other = new ShippedFile(_folder, 8, new LogDisk());
        Assert.Equal((0, 0), (other.Next, other.Ends.Count));
    }

    [Theory]
    [InlineData(DiskAction.Open)]
    [InlineData(DiskAction.Write)]
    [InlineData(DiskAction.SyncFolder)]
    public void A_disk_that_does_not_take_the_new_file_is_told(object action) =>
        Assert.Throws<IOException>(() => new ShippedFile(_folder, 7, Failing((DiskAction)action)));

    [Fact]
    public void A_sync_that_fails_is_told()
    {
        var fails = false;
        using var file = new ShippedFile(_folder, 7, new LogDisk((action, _) =>
        {
            if (fails && action == DiskAction.Sync)
            {
                throw new IOException("no");
            }
        }));
        file.Begin(partitions: 1);
        fails = true;
        Assert.Throws<IOException>(file.Save);
    }

    [Fact]
    public async Task Positions_are_those_of_the_logs_that_were_sent_and_another_number_of_partitions_is_refused()
    {
        await using var rig = new LogRig();
        await LogRig.StopAsync(await rig.StartAsync());
        var log = await rig.StartAsync();
        Assert.Equal(2, log.Epochs.Count);
        Assert.Empty(ShippedFile.Positions(log.Epochs, log.Disk, 4));
        using (var file = new ShippedFile(log.Epochs[1].Folder, log.Epochs[1].Id, log.Disk))
        {
            file.Begin(partitions: 4);
            Acknowledge(file, 200, 2);
            file.Save();
        }

        Assert.Equal([new ClickPosition(0, log.EdgeId, log.Epochs[1].Id, 200)], ShippedFile.Positions(log.Epochs, log.Disk, 4));
        var refusal = Assert.Throws<SettingsException>(() => ShippedFile.Positions(log.Epochs, log.Disk, 6));
        Assert.EndsWith("set Kafka__Partitions=4.", refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static LogDisk Failing(DiskAction failing) => new((action, _) =>
    {
        if (action == failing)
        {
            throw new IOException("no");
        }
    });

    private static void Acknowledge(ShippedFile file, long next, params int[] partitions) =>
        file.Advance(new OutstandingSlice(file, new ClickPosition(0, 1, 7, next), partitions));

    private long Read()
    {
        using var file = new ShippedFile(_folder, 7, new LogDisk());
        return file.Next;
    }

    private void Damage(int slot)
    {
        using var file = File.OpenHandle(Path.Combine(_folder, ShippedFile.FileName), FileMode.Open, FileAccess.ReadWrite);
        Span<byte> one = stackalloc byte[1];
        RandomAccess.Read(file, one, (slot * 16 * 1024) + 24);
        one[0] ^= 1;
        RandomAccess.Write(file, one, (slot * 16 * 1024) + 24);
    }
}
