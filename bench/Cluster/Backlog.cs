using LinkTracker.Edge.Clicks;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Cluster;

/// <summary>The data folder of an Edge whose clicks nobody has read yet. It is opened anew for every use, as by a restart.</summary>
internal sealed class Backlog : IDisposable
{
    /// <summary>Clicks that wait for their commit together.</summary>
    private const int AtOnce = 1_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("linktracker-backlog-");

    private Backlog(KafkaBroker broker) => Settings = new Settings
    {
        Data = _folder.FullName,
        KafkaBootstrapServers = broker.BootstrapServers,
        KafkaPartitions = ClickTopic.Partitions,
    };

    public Settings Settings { get; }

    public static async Task<Backlog> FillAsync(KafkaBroker broker, ClickMix mix)
    {
        var backlog = new Backlog(broker);
        try
        {
            await backlog.OpenAsync(log => FillAsync(log, mix));
            return backlog;
        }
        catch
        {
            backlog.Dispose();
            throw;
        }
    }

    public Task OpenAsync(Func<ClickLog, Task> work) => OpenAsync(async log =>
    {
        await work(log);
        return true;
    });

    public async Task<T> OpenAsync<T>(Func<ClickLog, Task<T>> work)
    {
        using var log = new ClickLog(Settings, TimeProvider.System, NullLogger<ClickLog>.Instance);
        await log.StartAsync(CancellationToken.None);
        try
        {
            return await work(log);
        }
        finally
        {
            await log.StopAsync(CancellationToken.None);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task FillAsync(ClickLog log, ClickMix mix)
    {
        for (var left = mix.Clicks; left > 0; left -= AtOnce)
        {
            await Task.WhenAll(Enumerable.Range(0, Math.Min(left, AtOnce)).Select(_ => log.RecordAsync(mix.Next()).AsTask()));
        }

        var figures = log.Figures.Take();
        Demand.Holds(figures.Appended == mix.Clicks && figures.AnsweredBeforeDurable == 0, "the log did not take every click");
    }
}
