using System.Globalization;
using LinkTracker.Kafka;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Counting.Partitions;

/// <summary>
/// Makes the topic of clicks when it is missing, and looks whether it suits the settings: as many partitions, and records kept for
/// much longer than the snapshot is behind, because Redis is made again from the snapshot and what Kafka has behind it.
/// </summary>
internal sealed class ClicksTopicCheck(KafkaConnection kafka, Settings settings, ILogger<ClicksTopicCheck> logger)
{
    // An outage of PostgreSQL, during which no snapshot is written, must fit in as well.
    private static readonly TimeSpan LeastRetention = TimeSpan.FromHours(1);
    private const int LeastIntervals = 20;

    /// <exception cref="SettingsException">The topic does not suit the settings.</exception>
    /// <exception cref="KafkaFailedException">No broker answered, or it refused.</exception>
    public async Task RunAsync()
    {
        using var topics = kafka.OpenTopics();
        await ClicksTopic.EnsureAsync(topics, settings.KafkaPartitions);
        var kept = long.Parse(await topics.SettingAsync(ClicksTopic.Name, ClicksTopic.RetentionSetting), CultureInfo.InvariantCulture);
        var least = TimeSpan.FromTicks(Math.Max(LeastRetention.Ticks, settings.SnapshotInterval.Ticks * LeastIntervals));
        if (kept >= 0 && kept < least.TotalMilliseconds)
        {
            throw new SettingsException(string.Create(
                CultureInfo.InvariantCulture,
                $"The topic '{ClicksTopic.Name}' keeps records for {kept} ms: counts could not be made again from it; set its {ClicksTopic.RetentionSetting} to {(long)least.TotalMilliseconds} or more (Aggregator__SnapshotSeconds is {settings.SnapshotInterval.TotalSeconds})."));
        }

        // How long that lasts depends on who clicks, so nobody can say that it is too little.
        if (await topics.SettingAsync(ClicksTopic.Name, ClicksTopic.SizeSetting) is not "-1" and var bytes)
        {
            Log.RecordsMayGo(logger, ClicksTopic.Name, ClicksTopic.SizeSetting, bytes);
        }
    }
}
