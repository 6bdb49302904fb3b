using LinkTracker.ServiceDefaults;

namespace LinkTracker.Kafka.Tests;

public sealed class KafkaTopicsTests(SharedServers servers) : IClassFixture<SharedServers>
{
    [FactWith(Need.Kafka)]
    public async Task A_topic_is_made_once_with_its_settings_and_then_left_as_it_is()
    {
        var kafka = Records.Connect((await servers.Kafka).BootstrapServers);
        using var topics = kafka.OpenTopics();
        var topic = new KafkaTopic("compacted", 3, new Dictionary<string, string> { ["cleanup.policy"] = "compact" });
        Assert.Equal(3, await topics.EnsureAsync(topic));
        Assert.Equal("compact", await topics.SettingAsync("compacted", "cleanup.policy"));
        Assert.Equal(3, await topics.EnsureAsync(topic with { Partitions = 5, Settings = new Dictionary<string, string>() }));
        Assert.Equal("compact", await topics.SettingAsync("compacted", "cleanup.policy"));
    }

    [FactWith(Need.Kafka)]
    public async Task What_the_broker_refuses_is_told()
    {
        var kafka = Records.Connect((await servers.Kafka).BootstrapServers);
        using var topics = kafka.OpenTopics();
        var wrong = new KafkaTopic("wrong", 1, new Dictionary<string, string> { ["cleanup.policy"] = "keep" });
        await Assert.ThrowsAsync<KafkaFailedException>(() => topics.EnsureAsync(wrong));
        await Assert.ThrowsAsync<KafkaFailedException>(() => topics.SettingAsync("missing", "cleanup.policy"));
        Assert.Equal(1, await topics.EnsureAsync(wrong with { Settings = new Dictionary<string, string>() }));
        Assert.Contains("no setting", (await Assert.ThrowsAsync<KafkaFailedException>(() => topics.SettingAsync("wrong", "colour"))).Message, StringComparison.Ordinal);
    }

    [FactWith(Need.Kafka)]
    public async Task The_topic_of_clicks_keeps_its_number_of_partitions()
    {
        var kafka = Records.Connect((await servers.Kafka).BootstrapServers);
        using var topics = kafka.OpenTopics();
        await ClicksTopic.EnsureAsync(topics, 4);
        await ClicksTopic.EnsureAsync(topics, 4);
        Assert.Equal("604800000", await topics.SettingAsync(ClicksTopic.Name, ClicksTopic.RetentionSetting));
        var refusal = await Assert.ThrowsAsync<SettingsException>(() => ClicksTopic.EnsureAsync(topics, 6));
        Assert.Equal(
            "Kafka__Partitions is 6, but the topic 'clicks' has 4 partitions: set Kafka__Partitions=4 on every Edge and Aggregator.", refusal.Message);
    }

    [FactWith(Need.Kafka)]
    public async Task A_sender_makes_no_topic_though_the_broker_would_let_it_and_its_client_does_not_complain()
    {
        await using var broker = await KafkaBroker.StartAsync(proxyPort: null, ("auto.create.topics.enable", "true"));
        using var heard = new HeardLog();
        var kafka = new KafkaConnection(broker.BootstrapServers, heard);
        var there = await Records.NewTopicAsync(kafka);
        using var sender = kafka.OpenSender();
        using var transactional = kafka.OpenSender("maker");
        Assert.Null((await Records.SendAsync(sender, there, 1)).Failure);
        Assert.True(sender.TrySend("missing", 0, null, [1], _ => { }));

        // Until the client has asked for it; what it was told last is what it goes by.
        Assert.False(sender.TryFlush(TimeSpan.FromSeconds(3)));

        using var topics = kafka.OpenTopics();
        await Assert.ThrowsAsync<KafkaFailedException>(() => topics.SettingAsync("missing", "cleanup.policy"));
        Assert.DoesNotContain(heard.Texts, text => text.Contains("allow.auto.create.topics", StringComparison.Ordinal));
    }
}
