using LinkTracker.Aggregator.Counting;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Contracts.IO;

namespace LinkTracker.Aggregator.Tests.Counting.Partitions;

/// <summary>
/// Edges and Aggregators are not updated in one moment. What an Edge of each earlier version sends is counted; what one of a later version
/// sends waits in quarantine, whole, and is counted by the version that knows it.
/// </summary>
public sealed class MixedVersionsTests(SharedServers servers) : IClassFixture<SharedServers>
{
    /// <summary>Offset of the version's number in a record, behind the checksum.</summary>
    private const int VersionOffset = 4;

    // What an Edge of version 1 sent: one click of Chrome on link 42, as the first of its log.
    private const string RecordOfVersion1 =
        "0a24cafa" + "01" // checksum, version
        + "efcdab8967452301" + "0100000001000000" // edge, epoch
        + "0000000000000000" + "0002000000000000" + "0000000000000000" // from, to, previous
        + "01000000" + "00000000" + "49000000" // clicks, damaged ranges, length of the payload
        + "4000000000000000" + "3f00" // address, length of the click
        + "01" + "01" + "00" + "00" + "02" + "00" + "00" + "0c00" // version, method, flags, lengths of texts
        + "0068c2a19d010000" // occurred at
        + "efcdab8967452301" // visitor hash
        + "000000000000002a" + "00112233445566778899aabbccddeeff" // token
        + "4445" + "4368726f6d652f3134322e30"; // DE, Chrome/142.0

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task What_an_Edge_of_version_1_sends_is_counted()
    {
        await using var rig = await PartitionRig.StartAsync(servers);
        await rig.SendAsync([Convert.FromHexString(RecordOfVersion1)]);
        using var worker = rig.Work(fence: 1);
        await Eventually.HoldsAsync("it is in the snapshot", Eventually.Limit, () =>
            Task.FromResult(rig.Parts.Snapshot.Read(rig.Partition)?.Logs.Count == 1));
        await worker.StopAsync();
        var progress = rig.Parts.Snapshot.Read(rig.Partition)!.Logs.Single();
        Assert.Equal(new LogKey(rig.Partition, 0x0123_4567_89AB_CDEF, 0x1_0000_0001), progress.Key);
        Assert.Equal(new LogProgress(512, 1, 1, 0, 0), progress.Value);
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task What_an_Edge_of_a_later_version_sends_waits_whole_and_holds_nothing_up()
    {
        await using var rig = await PartitionRig.StartAsync(servers);
        var (later, known) = (OfLaterVersion(SliceCodec.Write(rig.Slice(10))), rig.Slice(10));
        await rig.SendAsync([later, SliceCodec.Write(known)]);
        using var worker = rig.Work(fence: 1);
        await rig.StoredAsync(10);
        await worker.StopAsync();
        var entry = rig.Quarantine()[0];
        Assert.Equal(QuarantineKind.Record, entry.Kind);
        Assert.Equal(later, entry.Bytes);
        Assert.Contains("version 1 only", entry.Reason, StringComparison.Ordinal);
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task A_single_click_of_a_later_version_waits_whole_and_the_others_of_its_slice_are_counted()
    {
        await using var rig = await PartitionRig.StartAsync(servers);
        rig.Log.AddBytes([ClickCodec.Version + 1, 0, 0, 0]);
        var slice = rig.Slice(10);
        await rig.SendAsync(rig.Log.Slice(0, 11) with { From = 0, Previous = 0 });
        using var worker = rig.Work(fence: 1);
        await rig.StoredAsync(10);
        await worker.StopAsync();
        Assert.Equal(10, slice.Count);
        Assert.Equal(QuarantineKind.Click, Assert.Single(rig.Quarantine()).Kind);
        var progress = rig.Parts.Snapshot.Read(rig.Partition)!.Logs.Values.Single();
        Assert.Equal((11, 10, 1), (progress.Consumed, progress.Applied, progress.Quarantined));
    }

    private static byte[] OfLaterVersion(byte[] record)
    {
        byte[] later = [.. record];
        later[VersionOffset]++;
        BitConverter.TryWriteBytes(later, Crc32C.Append(Crc32C.Start, later.AsSpan(VersionOffset)));
        return later;
    }
}
