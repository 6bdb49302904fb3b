namespace LinkTracker.Kafka.Tests;

/// <summary>A broker that is far away: what is sent behind a record leaves before it is known what became of that one.</summary>
public sealed class RefusedRecordTests(SharedServers servers) : IClassFixture<SharedServers>, IAsyncLifetime
{
    private static readonly TimeSpan Distance = TimeSpan.FromMilliseconds(100);

    private KafkaBroker _broker = null!;
    private ToxicProxy _path = null!;

    [FactWith(Need.Kafka, Need.Toxiproxy)]
    public async Task None_behind_it_arrives_when_the_very_first_record_of_a_sender_is_refused()
    {
        var direct = Records.Connect(_broker.BootstrapServers);
        var topic = await Records.NewTopicAsync(direct, 2, ("max.message.bytes", "20000"));
        await _path.DelayAsync(Distance);
        using var sender = Records.Connect(_path.Address).OpenSender();

        // The client knows the topic from here on, and the broker still has nothing of it in the other partition.
        Assert.Null((await Records.SendAsync(sender, topic, 0, partition: 1)).Failure);

        var refused = new TaskCompletionSource<SendOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.True(sender.TrySend(topic, 0, null, Records.Large(), refused.SetResult));
        using var behind = new PeriodicTimer(TimeSpan.FromMilliseconds(2));
        while (sender.Failure is null)
        {
            await behind.WaitForNextTickAsync();
            TrySendOne(sender, topic);
        }

        Assert.NotNull((await refused.Task.WaitAsync(Records.Limit)).Failure);
        sender.TryFlush(TimeSpan.FromSeconds(2));
        using var reader = direct.OpenReader(topic, 0, 0);
        Assert.Empty(Records.ReadToEnd(reader));
    }

    public async Task InitializeAsync()
    {
        var port = FreePort.Next();
        _broker = await KafkaBroker.StartAsync(port);
        _path = await (await servers.Toxiproxy).CreateProxyAsync(_broker.PortBehindProxy, port);
    }

    public async Task DisposeAsync() => await _broker.DisposeAsync();

    private static void TrySendOne(KafkaSender sender, string topic)
    {
        try
        {
            sender.TrySend(topic, 0, null, "1"u8.ToArray(), _ => { });
        }
        catch (KafkaFailedException)
        {
            // It takes no more, as it should.
        }
    }
}
