namespace LinkTracker.Kafka.Tests;

public sealed class TransactionTests(SharedServers servers) : IClassFixture<SharedServers>
{
    [FactWith(Need.Kafka)]
    public async Task An_older_sender_of_the_same_id_is_shut_out()
    {
        var kafka = Records.Connect((await servers.Kafka).BootstrapServers);
        var topic = await Records.NewTopicAsync(kafka);
        using var old = kafka.OpenSender("publisher");
        old.InitTransactions(Records.Limit);
        await CommitAsync(old, topic, 1);

        // It is frozen in the middle; another one takes over.
        old.BeginTransaction();
        _ = Records.SendAsync(old, topic, 2);
        old.TryFlush(Records.Limit);
        using var young = kafka.OpenSender("publisher");
        young.InitTransactions(Records.Limit);
        await CommitAsync(young, topic, 3);

        Assert.Throws<KafkaFailedException>(() => old.CommitTransaction(Records.Limit));
        await CommitAsync(young, topic, 4);
        using var reader = kafka.OpenReader(topic, 0, 0);
        Assert.Equal([1, 3, 4], Records.ReadToEnd(reader));
    }

    private static async Task CommitAsync(KafkaSender sender, string topic, int number)
    {
        sender.BeginTransaction();
        var sent = Records.SendAsync(sender, topic, number);
        sender.CommitTransaction(Records.Limit);
        Assert.Null((await sent).Failure);
    }
}
