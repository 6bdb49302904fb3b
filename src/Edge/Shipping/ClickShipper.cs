using LinkTracker.Edge.Clicks;
using LinkTracker.Kafka;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Edge.Shipping;

/// <summary>
/// Sends the clicks of this Edge's log to Kafka for as long as the process lives. While Kafka takes none they stay in the log, up to
/// <see cref="Settings.BacklogMiB"/>, and redirects notice nothing. Nothing is ever left out: a click that Kafka refuses for good
/// holds up those behind it, which health, figures and log tell, until the operator has put Kafka right.
/// </summary>
internal sealed class ClickShipper(
    ClickLog log, KafkaConnection kafka, Settings settings, ShippingFigures figures, TimeProvider clock, ILogger<ClickShipper> logger) : BackgroundService
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    /// <summary>How long a start waits for a broker that could object to the settings.</summary>
    private static readonly TimeSpan StartWait = TimeSpan.FromSeconds(3);

    /// <summary>How long a stop waits for what is still in the log; the next start sends the rest.</summary>
    private static readonly TimeSpan StopWait = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan StopBeat = TimeSpan.FromMilliseconds(20);

    /// <summary>The check of the topic that the start began; null: to be begun, because somebody may have deleted it meanwhile.</summary>
    private Task? _topic;
    private TimeSpan _delay = FirstDelay;

    /// <exception cref="SettingsException">The log, or the topic, has another number of partitions.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        log.LimitBacklog((long)settings.BacklogMiB << 20);
        MakeFiles();
        _topic = EnsureTopicAsync();
        if (!IsNumberKnown())
        {
            // The port of the Edge is not bound before this returns.
            await Task.WhenAny(_topic, Task.Delay(StartWait, clock, cancellationToken));
        }

        if (_topic is { IsFaulted: true, Exception.InnerException: SettingsException })
        {
            await _topic;
        }

        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        var since = clock.GetTimestamp();
        while (HasBacklog && figures.Trouble is null && clock.GetElapsedTime(since) < StopWait && !cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(StopBeat, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            Shipment? shipment = null;
            try
            {
                await (_topic ?? EnsureTopicAsync()).WaitAsync(stoppingToken);
                using var sender = kafka.OpenSender();
                shipment = new Shipment(log, sender, ClicksTopic.Name, settings.KafkaPartitions, figures, clock);
                await ShipAsync(shipment, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever it was, the log still has what was not acknowledged, and shipping must go on.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                _topic = null;
                _delay = shipment is { HasAdvanced: true } ? FirstDelay : TimeSpan.FromTicks(Math.Min(_delay.Ticks * 2, LongestDelay.Ticks));
                Tell(failure);
                await Task.Delay(_delay, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>In the buffered mode the last clicks are not even on the disk yet.</summary>
    private bool HasBacklog => log.Epochs.Any(epoch => epoch.Progress.Released.Address < epoch.Durable || (!epoch.IsClosed && epoch.Progress.Released.Total < epoch.Appended));

    private Task ShipAsync(Shipment shipment, CancellationToken stopping)
    {
        if (!HasBacklog)
        {
            figures.Recover();
        }

        return shipment.RunAsync(stopping);
    }

    private async Task EnsureTopicAsync()
    {
        using var topics = kafka.OpenTopics();
        await ClicksTopic.EnsureAsync(topics, settings.KafkaPartitions);
    }

    /// <summary>Now, because a disk that is full later has no space for them, and what was acknowledged could not be released.</summary>
    private void MakeFiles()
    {
        foreach (var epoch in log.Epochs)
        {
            TryOnDisk(() => new ShippedFile(epoch.Folder, epoch.Id, log.Disk).Dispose());
        }
    }

    /// <summary>Whether the number of partitions was told by a log that was sent before; without a broker nobody else can object to it.</summary>
    private bool IsNumberKnown()
    {
        var isKnown = false;
        TryOnDisk(() => isKnown = ShippedFile.Positions(log.Epochs, log.Disk, settings.KafkaPartitions).Count > 0);
        return isKnown;
    }

    private void TryOnDisk(Action step)
    {
        try
        {
            step();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Redirects need no clicks to be sent. The shipment meets the fault again, and goes on trying.
            Log.NotShipping(logger, fault.Message, _delay, fault);
        }
    }

    private void Tell(Exception failure)
    {
        figures.Restart(failure is SettingsException ? failure.Message : $"Clicks are not sent and wait in the log. {failure.Message}");
        if (failure is SettingsException or KafkaFailedException)
        {
            Log.NotShipping(logger, failure.Message, _delay, null);
        }
        else
        {
            Log.NotShipping(logger, "an unexpected failure", _delay, failure);
        }
    }
}
