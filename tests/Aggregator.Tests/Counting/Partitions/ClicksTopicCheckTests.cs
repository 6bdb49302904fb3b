using LinkTracker.Aggregator.Counting.Partitions;
using LinkTracker.Kafka;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Aggregator.Tests.Counting.Partitions;

/// <summary>On a broker of their own, because they change the topic.</summary>
public sealed class ClicksTopicCheckTests(SharedServers servers) : IClassFixture<SharedServers>
{
    private const int RecordsMayGo = 3110;

    private readonly TestLogger<ClicksTopicCheck> _logger = new();

    [FactWith(Need.Kafka)]
    public async Task A_topic_that_was_made_here_suits()
    {
        await CheckAsync(new Settings());
        Assert.False(_logger.HasLogged(RecordsMayGo));
    }

    [FactWith(Need.Kafka)]
    public async Task A_topic_that_forgets_records_too_soon_stops_the_start_in_one_line()
    {
        await SetAsync(ClicksTopic.RetentionSetting, "3599999");
        var refused = await Assert.ThrowsAsync<SettingsException>(() => CheckAsync(new Settings()));
        Assert.Equal(
            "The topic 'clicks' keeps records for 3599999 ms: counts could not be made again from it; set its retention.ms to 3600000 or more (Aggregator__SnapshotSeconds is 5).",
            refused.Message);

        await SetAsync(ClicksTopic.RetentionSetting, "3600000");
        await CheckAsync(new Settings());
        var seldom = new Settings { SnapshotInterval = TimeSpan.FromSeconds(600) };
        Assert.Contains("to 12000000 or more", (await Assert.ThrowsAsync<SettingsException>(() => CheckAsync(seldom))).Message, StringComparison.Ordinal);

        await SetAsync(ClicksTopic.RetentionSetting, "-1");
        await CheckAsync(seldom);
    }

    [FactWith(Need.Kafka)]
    public async Task A_topic_that_forgets_records_when_they_are_many_is_warned_of()
    {
        await SetAsync(ClicksTopic.SizeSetting, "1073741824");
        await CheckAsync(new Settings());
        Assert.True(_logger.HasLogged(RecordsMayGo));
        await SetAsync(ClicksTopic.SizeSetting, "-1");
    }

    private async Task SetAsync(string setting, string value)
    {
        var broker = await servers.Kafka;
        using var topics = (await ConnectionAsync()).OpenTopics();
        await ClicksTopic.EnsureAsync(topics, new Settings().KafkaPartitions);
        await broker.RunToolAsync("kafka-configs.sh", "--alter", "--entity-type", "topics", "--entity-name", ClicksTopic.Name, "--add-config", $"{setting}={value}");
        await Eventually.HoldsAsync($"{setting} is {value}", Eventually.Limit, async () => await topics.SettingAsync(ClicksTopic.Name, setting) == value);
    }

    private async Task CheckAsync(Settings settings) => await new ClicksTopicCheck(await ConnectionAsync(), settings, _logger).RunAsync();

    private async Task<KafkaConnection> ConnectionAsync() => new((await servers.Kafka).BootstrapServers, NullLoggerFactory.Instance);
}
