namespace LinkTracker.Kafka.Tests;

public sealed class BrokerFaultTests
{
    [FactWith(Need.Kafka)]
    public async Task Records_sent_before_while_and_after_the_broker_was_killed_arrive_in_order_each_once()
    {
        await using var broker = await KafkaBroker.StartAsync();
        var kafka = Records.Connect(broker.BootstrapServers);
        var topic = await Records.NewTopicAsync(kafka);
        using var sender = kafka.OpenSender();
        using var reader = kafka.OpenReader(topic, 0, 0);
        var read = new List<int>();
        Assert.Null((await Records.SendAsync(sender, topic, 0)).Failure);
        await UntilReadAsync(1);

        var sent = Enumerable.Range(1, 500).Select(i => Records.SendAsync(sender, topic, i, 1_000)).ToList();
        await broker.KillAsync();
        sent.AddRange(Enumerable.Range(501, 500).Select(i => Records.SendAsync(sender, topic, i)));
        Assert.False(sender.TryFlush(TimeSpan.FromMilliseconds(200)));
        await broker.RestartAsync();
        sent.AddRange(Enumerable.Range(1_001, 500).Select(i => Records.SendAsync(sender, topic, i)));
        Assert.All(await Task.WhenAll(sent), outcome => Assert.Null(outcome.Failure));
        Assert.True(sender.TryFlush(Records.Limit));

        // The reader was there all the time.
        await UntilReadAsync(1_501);
        Assert.Equal(Enumerable.Range(0, 1_501), read);

        Task UntilReadAsync(int count) => Eventually.HoldsAsync($"the reader has {count} records", Records.Limit, () =>
        {
            read.AddRange(ReadSome(reader));
            return Task.FromResult(read.Count >= count);
        });
    }

    [FactWith(Need.Kafka)]
    public async Task A_sender_whose_broker_went_away_takes_what_fits_and_gives_nothing_up()
    {
        await using var broker = await KafkaBroker.StartAsync();
        var kafka = Records.Connect(broker.BootstrapServers);
        var topic = await Records.NewTopicAsync(kafka);
        using var sender = kafka.OpenSender();
        Assert.Null((await Records.SendAsync(sender, topic, 0)).Failure);
        await broker.KillAsync();
        var (taken, done) = (0, 0);
        var value = new byte[64 * 1024];
        while (sender.TrySend(topic, 0, null, value, _ => Interlocked.Increment(ref done)))
        {
            taken++;
        }

        // 64 MiB, and what the client counts for each record.
        Assert.InRange(taken, 1_000, 1_024);
        Assert.False(sender.TryFlush(TimeSpan.FromMilliseconds(100)));
        Assert.Equal((0, null), (done, sender.Failure));
    }

    [FactWith(Need.Kafka)]
    public async Task No_broker_at_all_is_told_in_the_time_that_was_given()
    {
        var kafka = Records.Connect($"127.0.0.1:{FreePort.Next()}");
        using var topics = kafka.OpenTopics();
        var made = topics.EnsureAsync(new KafkaTopic("any", 1, new Dictionary<string, string>()));
        using var reader = kafka.OpenReader("any", 0, 0);
        Assert.Throws<KafkaFailedException>(() => reader.Bounds(TimeSpan.FromMilliseconds(300)));
        using var sender = kafka.OpenSender("id");
        Assert.Throws<KafkaFailedException>(() => sender.InitTransactions(TimeSpan.FromMilliseconds(300)));
        await Assert.ThrowsAsync<KafkaFailedException>(() => made.WaitAsync(Records.Limit));
        await Assert.ThrowsAsync<KafkaFailedException>(() => topics.SettingAsync("any", "retention.ms").WaitAsync(Records.Limit));
    }

    private static IEnumerable<int> ReadSome(KafkaReader reader)
    {
        while (Next(reader) is { } record)
        {
            yield return Records.NumberOf(record);
        }
    }

    private static KafkaRecord? Next(KafkaReader reader)
    {
        try
        {
            return reader.Read(TimeSpan.FromMilliseconds(500));
        }
        catch (KafkaFailedException)
        {
            // The broker is not back yet.
            return null;
        }
    }
}
