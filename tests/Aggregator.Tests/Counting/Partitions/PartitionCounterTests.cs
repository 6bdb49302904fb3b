using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Counting.Partitions;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Storage.Redis;

namespace LinkTracker.Aggregator.Tests.Counting.Partitions;

/// <summary>Counting one partition on real servers: every record once in each of the two stores, whatever happens to them.</summary>
public sealed class PartitionCounterTests(SharedServers servers) : IClassFixture<SharedServers>
{
    private static readonly TimeSpan Never = TimeSpan.FromMinutes(10);

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task What_is_sent_is_in_the_reports_and_then_in_the_snapshot()
    {
        await using var rig = await PartitionRig.StartAsync(servers);
        var worker = rig.Work(fence: 1);
        await rig.ClickAsync(300, slices: 3);
        await rig.CountedAsync(300);
        await worker.StopAsync();
        rig.HasCounted(300);
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task A_stop_leaves_nothing_to_be_counted_again()
    {
        await using var rig = await PartitionRig.StartAsync(servers, snapshots: Never);
        await rig.ClickAsync(100);
        var worker = rig.Work(fence: 1);
        await rig.CountedAsync(100);
        await worker.StopAsync();
        rig.HasCounted(100);
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task A_holder_that_was_frozen_is_shut_out_and_the_next_goes_on_where_the_reports_are()
    {
        await using var rig = await PartitionRig.StartAsync(servers, snapshots: Never);
        var frozen = rig.Work(fence: 1);
        await rig.ClickAsync(100);
        await rig.CountedAsync(100);

        // Nothing of it is in the snapshot: it is judged again, for PostgreSQL alone.
        var next = rig.Work(fence: 2);
        await Eventually.HoldsAsync("the next holder has taken over", Eventually.Limit, async () =>
            await rig.Redis.AskAsync("hget", RedisKeys.StateOf(rig.Partition)!, "fence") == "2");
        await rig.ClickAsync(50);
        await rig.CountedAsync(150);
        await next.StopAsync();
        rig.HasCounted(150);

        await frozen.StopAsync();
        rig.HasCounted(150);
        Assert.Throws<PositionMovedException>(() => rig.Parts.Counts.Commit(new CountBatch(), Step(rig, fence: 1)));
        Assert.Throws<PositionMovedException>(() => rig.Parts.Snapshot.Commit(new CountBatch(), Step(rig, fence: 1)));
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task Counts_that_were_flushed_are_made_again_from_the_snapshot_and_Kafka()
    {
        await using var rig = await PartitionRig.StartAsync(servers, snapshots: Never);
        await rig.ClickAsync(100);
        var worker = rig.Work(fence: 1);
        await rig.CountedAsync(100);
        await worker.StopAsync();

        worker = rig.Work(fence: 2);
        await rig.ClickAsync(100);
        await rig.CountedAsync(200);
        await rig.Redis.AskAsync("flushall");
        await rig.ClickAsync(100);
        await rig.CountedAsync(300);
        await worker.StopAsync();
        rig.HasCounted(300);
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task Counts_that_were_flushed_are_made_again_when_nobody_clicks()
    {
        await using var rig = await PartitionRig.StartAsync(servers);
        await rig.ClickAsync(20);
        var worker = rig.Work(fence: 1);
        await rig.StoredAsync(20);
        await rig.Redis.AskAsync("flushall");
        await rig.CountedAsync(20);
        await worker.StopAsync();
        rig.HasCounted(20);
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task Counts_that_came_back_from_an_old_dump_end_exact()
    {
        await using var rig = await PartitionRig.StartAsync(servers);
        var worker = rig.Work(fence: 1);
        await rig.ClickAsync(100);
        await rig.StoredAsync(100);
        var dump = await DumpAsync(rig);
        await rig.ClickAsync(100);
        await rig.StoredAsync(200);

        await RestoreAsync(rig, dump);
        Assert.Equal(100, rig.Raw());
        await rig.ClickAsync(100);
        await rig.CountedAsync(300);
        await worker.StopAsync();
        rig.HasCounted(300);
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task Counts_that_cannot_be_read_are_made_again()
    {
        await using var rig = await PartitionRig.StartAsync(servers);
        var worker = rig.Work(fence: 1);
        await rig.ClickAsync(100);
        await rig.StoredAsync(100);
        await rig.Redis.AskAsync(
            "eval", "for _, key in ipairs(redis.call('keys', '*')) do if redis.call('type', key).ok ~= 'hash' or redis.call('hexists', key, 'position') == 0 then redis.call('set', key, 'x') end end", "0");
        await rig.ClickAsync(100);
        await rig.CountedAsync(200);
        await worker.StopAsync();
        rig.HasCounted(200);
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task While_PostgreSQL_is_behind_and_Redis_lost_its_last_second_nothing_is_lost_or_doubled()
    {
        await using var rig = await PartitionRig.StartAsync(servers, snapshots: Never);
        await rig.ClickAsync(50);
        var worker = rig.Work(fence: 1);
        await rig.CountedAsync(50);
        var dump = await DumpAsync(rig);
        await rig.ClickAsync(50);
        await rig.CountedAsync(100);

        // Redis is at 50 again, the snapshot at nothing, and the counter believes in 100.
        await RestoreAsync(rig, dump);
        await rig.ClickAsync(50);
        await rig.CountedAsync(150);
        await worker.StopAsync();
        rig.HasCounted(150);
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task Slices_that_come_twice_are_counted_once_and_told()
    {
        await using var rig = await PartitionRig.StartAsync(servers);
        var (first, second) = (rig.Slice(40), rig.Slice(60));
        await rig.SendAsync(first, second, first, second);
        var worker = rig.Work(fence: 1);
        await rig.CountedAsync(100);
        await Eventually.HoldsAsync("the repeats are told", Eventually.Limit, () =>
            Task.FromResult(rig.Parts.Counts.Read(rig.Partition)!.Logs.Values.Single().DuplicateSkipped == 100));
        await worker.StopAsync();
        rig.HasCounted(100);
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task A_slice_that_never_came_is_declared()
    {
        await using var rig = await PartitionRig.StartAsync(servers);
        var (first, lost, last) = (rig.Slice(40), rig.Slice(60), rig.Slice(10));
        var worker = rig.Work(fence: 1);
        await rig.SendAsync(first, last);
        await rig.CountedAsync(50);
        await rig.StoredAsync(50);
        var hole = Assert.Single(rig.Quarantine());
        Assert.Equal((QuarantineKind.Hole, lost.From, lost.To), (hole.Kind, hole.From, hole.To));
        await worker.StopAsync();
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task A_log_whose_first_slices_never_came_is_declared_too()
    {
        await using var rig = await PartitionRig.StartAsync(servers);
        var (lost, second) = (rig.Slice(40), rig.Slice(60));
        var worker = rig.Work(fence: 1);
        await rig.SendAsync(second);
        await rig.CountedAsync(60);
        await rig.StoredAsync(60);
        var hole = Assert.Single(rig.Quarantine());
        Assert.Equal((QuarantineKind.Hole, 0, lost.To), (hole.Kind, hole.From, hole.To));
        await worker.StopAsync();
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task A_poison_record_goes_to_quarantine_with_its_bytes_and_holds_nothing_up()
    {
        await using var rig = await PartitionRig.StartAsync(servers);
        byte[] poison = [1, 2, 3, 4, 5, 6];
        await rig.ClickAsync(20);
        await rig.SendAsync([poison]);
        await rig.ClickAsync(20);
        var worker = rig.Work(fence: 1);
        await rig.CountedAsync(40);
        await rig.StoredAsync(40);
        await worker.StopAsync();
        rig.HasCounted(40);
        var entry = Assert.Single(rig.Quarantine());
        Assert.Equal((QuarantineKind.Record, 1L), (entry.Kind, entry.From));
        Assert.Equal(poison, entry.Bytes);
        Assert.Contains("checksum", entry.Reason, StringComparison.Ordinal);
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task What_cannot_be_read_is_tried_again_when_somebody_asks_whoever_holds_the_partition()
    {
        await using var rig = await PartitionRig.StartAsync(servers);
        await rig.SendAsync([[1, 2, 3, 4, 5, 6]]);
        await rig.ClickAsync(20);
        var worker = rig.Work(fence: 1);
        await rig.StoredAsync(20);

        // Of the other partitions, nobody here answers.
        using var limit = new CancellationTokenSource();
        var asked = rig.Service<IQuarantineReplay>().AskAsync(limit.Token);
        await Eventually.HoldsAsync("the order is done", Eventually.Limit, () => Task.FromResult(rig.Parts.Replays.DoneBy(rig.Partition) == rig.Parts.Replays.Newest));
        await limit.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        await worker.StopAsync();
        Assert.Single(rig.Quarantine());
        rig.HasCounted(20);
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task Records_that_Kafka_deleted_before_they_were_counted_are_declared()
    {
        await using var rig = await PartitionRig.StartAsync(servers);
        var worker = rig.Work(fence: 1);
        await rig.ClickAsync(10);
        await rig.StoredAsync(10);
        await worker.StopAsync();

        await rig.ClickAsync(10);
        await rig.ClickAsync(10);
        await (await servers.Kafka).DeleteRecordsAsync("clicks", rig.Partition, before: 2);
        worker = rig.Work(fence: 2);
        await rig.CountedAsync(20);
        await rig.StoredAsync(20);
        await worker.StopAsync();
        Assert.Equal(new PartitionPosition(1, 3), rig.Parts.Snapshot.Read(rig.Partition)!.Position);
        Assert.Equal([QuarantineKind.Damage, QuarantineKind.Hole], rig.Quarantine().Select(entry => entry.Kind));
        Assert.Contains("retention is too short", rig.Quarantine()[0].Reason, StringComparison.Ordinal);
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task What_reports_had_beyond_the_snapshot_is_taken_back_and_declared_when_Kafka_lost_it()
    {
        await using var rig = await PartitionRig.StartAsync(servers, snapshots: Never);
        await rig.ClickAsync(10);
        using var worker = rig.Work(fence: 1);
        await rig.CountedAsync(10);

        // The snapshot is at nothing, and Kafka has nothing of it any more.
        await (await servers.Kafka).DeleteRecordsAsync("clicks", rig.Partition, before: 1);
        using var next = rig.Work(fence: 2);
        await rig.CountedAsync(0);
        await rig.ClickAsync(10);
        await rig.CountedAsync(10);
        await Task.WhenAll(worker.StopAsync(), next.StopAsync());
        Assert.Equal([QuarantineKind.Damage, QuarantineKind.Hole], rig.Quarantine().Select(entry => entry.Kind));
        Assert.Equal(new PartitionPosition(1, 2), rig.Parts.Snapshot.Read(rig.Partition)!.Position);
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task Reports_that_are_ahead_of_Kafka_itself_are_put_back_to_the_snapshot_and_that_is_declared()
    {
        await using var rig = await PartitionRig.StartAsync(servers);
        await rig.ClickAsync(10);
        await CountAsync(rig, fence: 1, clicks: 10);
        await rig.Redis.AskAsync("hset", RedisKeys.StateOf(rig.Partition)!, "position", "0:50");

        using var worker = rig.Work(fence: 2);
        await Eventually.HoldsAsync("the next era has begun in Redis", Eventually.Limit, () => Task.FromResult(rig.Parts.Counts.Read(rig.Partition)?.Position.Era == 1));
        await worker.StopAsync();
        rig.HasCounted(10);
        Assert.Equal(new PartitionPosition(1, 1), rig.Parts.Snapshot.Read(rig.Partition)!.Position);
        Assert.Contains("it lost records", Assert.Single(rig.Quarantine()).Reason, StringComparison.Ordinal);
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task Of_two_stores_that_say_different_things_of_the_same_records_the_snapshot_is_believed()
    {
        await using var rig = await PartitionRig.StartAsync(servers);
        await rig.ClickAsync(10);
        await CountAsync(rig, fence: 1, clicks: 10);
        var generation = await rig.Redis.AskAsync("hget", RedisKeys.StateOf(rig.Partition)!, "generation");
        var logs = new RedisKeys(rig.Partition, generation).Logs.ToString();
        await rig.Redis.AskAsync("hset", logs, RedisKeys.FieldOf(new LogKey(rig.Partition, rig.Log.Edge, rig.Log.Epoch)), "1,9,9,0,0");

        using var worker = rig.Work(fence: 2);
        await Eventually.HoldsAsync("the counts are of another generation", Eventually.Limit, async () =>
            await rig.Redis.AskAsync("hget", RedisKeys.StateOf(rig.Partition)!, "generation") != generation && rig.Parts.Counts.Read(rig.Partition) is not null);
        await worker.StopAsync();
        rig.HasCounted(10);
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task Counts_that_were_flushed_are_made_again_while_Kafka_is_away()
    {
        await using var rig = await PartitionRig.StartAsync(servers);
        await rig.ClickAsync(10);
        await CountAsync(rig, fence: 1, clicks: 10);
        await rig.Redis.AskAsync("flushall");

        using var worker = rig.WorkWithoutKafka(fence: 2);
        await rig.CountedAsync(10);
        await worker.StopAsync();
        rig.HasCounted(10);
    }

    // A start and a stop, with all that is sent counted in between.
    private static async Task CountAsync(PartitionRig rig, long fence, int clicks)
    {
        using var worker = rig.Work(fence);
        await rig.StoredAsync(clicks);
        await worker.StopAsync();
    }

    private static PartitionStep Step(PartitionRig rig, long fence)
    {
        var position = rig.Parts.Snapshot.Read(rig.Partition)!.Position;
        return new PartitionStep(rig.Partition, fence, position, position);
    }

    private static async Task<List<(string Key, string Dump)>> DumpAsync(PartitionRig rig)
    {
        var copy = await rig.Redis.AskAsync("eval", "return redis.call('keys', '*')", "0");
        var keys = copy.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var key in keys)
        {
            await rig.Redis.AskAsync("copy", key, "dump:" + key);
        }

        return [.. keys.Select(key => (key, "dump:" + key))];
    }

    private static async Task RestoreAsync(PartitionRig rig, List<(string Key, string Dump)> dump)
    {
        // One script, so that no batch comes in between, as none does when a server starts with an old file.
        var moves = string.Concat(dump.Select(key => $"redis.call('copy', '{key.Dump}', '{key.Key}', 'replace') "));
        var keep = string.Join(' ', dump.SelectMany(key => new[] { key.Key, key.Dump }).Select(key => $"['{key}']=1,"));
        await rig.Redis.AskAsync("eval", $"local keep = {{{keep}}} for _, key in ipairs(redis.call('keys', '*')) do if not keep[key] then redis.call('del', key) end end {moves}", "0");
    }
}
