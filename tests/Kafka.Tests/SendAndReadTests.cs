namespace LinkTracker.Kafka.Tests;

public sealed class SendAndReadTests(SharedServers servers) : IClassFixture<SharedServers>
{
    [FactWith(Need.Kafka)]
    public async Task Records_of_a_partition_arrive_in_order_each_once()
    {
        var kafka = Records.Connect((await servers.Kafka).BootstrapServers);
        var topic = await Records.NewTopicAsync(kafka, partitions: 3);
        using var sender = kafka.OpenSender();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(i => Records.SendAsync(sender, topic, i, partition: i)));
        var sent = Enumerable.Range(3, 2_997).Select(i => Records.SendAsync(sender, topic, i, partition: i % 3)).ToList();
        Assert.All(await Task.WhenAll(sent), outcome => Assert.Null(outcome.Failure));
        for (var partition = 0; partition < 3; partition++)
        {
            using var reader = kafka.OpenReader(topic, partition, 0);
            Assert.Equal(Enumerable.Range(0, 1_000).Select(i => (3 * i) + partition), Records.ReadToEnd(reader));
            Assert.Equal((1_000, (0, 1_000)), (reader.Next, reader.Bounds(Records.Limit)));
        }
    }

    [FactWith(Need.Kafka)]
    public async Task A_reader_begins_where_it_is_told_and_names_offset_and_time()
    {
        var kafka = Records.Connect((await servers.Kafka).BootstrapServers);
        var topic = await Records.NewTopicAsync(kafka);
        using var sender = kafka.OpenSender();
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.Equal(0, (await Records.SendAsync(sender, topic, 0)).Offset);
        var last = await Task.WhenAll(Enumerable.Range(1, 9).Select(i => Records.SendAsync(sender, topic, i)));
        Assert.Equal(Enumerable.Range(1, 9).Select(i => (long)i), last.Select(outcome => outcome.Offset));

        using var reader = kafka.OpenReader(topic, 0, 7);
        var record = await FirstAsync(reader);
        Assert.Equal((7, 7, 8), (record.Offset, Records.NumberOf(record), reader.Next));
        Assert.InRange(record.TimestampMs, before, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        Assert.Null(record.Key);
    }

    [FactWith(Need.Kafka)]
    public async Task An_offset_that_is_not_there_is_told_and_not_moved_in_silence()
    {
        var kafka = Records.Connect((await servers.Kafka).BootstrapServers);
        var topic = await Records.NewTopicAsync(kafka);
        using var sender = kafka.OpenSender();
        await Records.SendAsync(sender, topic, 1);
        using var reader = kafka.OpenReader(topic, 0, 1_000);
        Assert.Throws<OffsetOutOfRangeException>(() =>
        {
            for (var i = 0; i < 60; i++)
            {
                Assert.Null(reader.Read(TimeSpan.FromSeconds(1)));
            }
        });
    }

    [FactWith(Need.Kafka)]
    public async Task Of_a_record_that_is_refused_none_behind_it_arrives()
    {
        var kafka = Records.Connect((await servers.Kafka).BootstrapServers);
        var topic = await Records.NewTopicAsync(kafka, 1, ("max.message.bytes", "20000"));
        using var sender = kafka.OpenSender();
        await Records.SendAsync(sender, topic, 0);

        var refused = new TaskCompletionSource<SendOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.True(sender.TrySend(topic, 0, null, Records.Large(), refused.SetResult));
        var behind = new List<Task<SendOutcome>>();
        try
        {
            while (behind.Count < 9_000)
            {
                behind.Add(Records.SendAsync(sender, topic, 1 + behind.Count));
                await Task.Yield();
            }
        }
        catch (KafkaFailedException)
        {
            // It takes no more, as it should.
        }

        var failure = Assert.IsType<KafkaFailedException>((await refused.Task.WaitAsync(Records.Limit)).Failure);
        Assert.StartsWith("Kafka: ", failure.Message, StringComparison.Ordinal);
        await Eventually.HoldsAsync("the sender is of no use any more", Records.Limit, () => Task.FromResult(sender.Failure is not null));
        Assert.Throws<KafkaFailedException>(() => sender.TrySend(topic, 0, null, [1], _ => { }));

        // Some are given back, some are never heard of again.
        sender.TryFlush(TimeSpan.FromSeconds(2));
        Assert.All(behind.Where(sent => sent.IsCompletedSuccessfully), sent => Assert.NotNull(sent.Result.Failure));
        using var reader = kafka.OpenReader(topic, 0, 0);
        Assert.Equal([0], Records.ReadToEnd(reader));
        using var next = kafka.OpenSender();
        Assert.Null((await Records.SendAsync(next, topic, 1)).Failure);
    }

    [FactWith(Need.Kafka)]
    public async Task A_record_larger_than_any_may_be_is_refused_at_once()
    {
        var kafka = Records.Connect((await servers.Kafka).BootstrapServers);
        using var sender = kafka.OpenSender();
        Assert.Throws<KafkaFailedException>(() => sender.TrySend("any", 0, null, new byte[2_000_000], _ => { }));
    }

    [FactWith(Need.Kafka)]
    public async Task A_partition_that_is_not_there_is_told()
    {
        var kafka = Records.Connect((await servers.Kafka).BootstrapServers);
        var topic = await Records.NewTopicAsync(kafka);
        using var sender = kafka.OpenSender();
        await Records.SendAsync(sender, topic, 0);
        Assert.Throws<KafkaFailedException>(() => sender.TrySend(topic, 7, null, [1], _ => { }));
        using var reader = kafka.OpenReader(topic, 7, 0);
        Assert.Throws<KafkaFailedException>(() => reader.Bounds(TimeSpan.FromSeconds(5)));
    }

    private static async Task<KafkaRecord> FirstAsync(KafkaReader reader)
    {
        KafkaRecord? record = null;
        await Eventually.HoldsAsync("a record comes", Records.Limit, () => Task.FromResult((record = reader.Read(TimeSpan.FromSeconds(1))) is not null));
        return record!.Value;
    }
}
