using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Counting;

/// <summary>
/// What counting measures, as metrics and as the section <c>aggregator</c> of the figures. The counters are those of the store, so
/// they hold over restarts, and <c>consumed = applied + duplicate_skipped + quarantined</c> for each log at every reading.
/// </summary>
internal sealed class CountingMetrics : IStatsSection
{
    public const string MeterName = "LinkTracker.Aggregator";

    private readonly Counter<long> _batches;
    private readonly Histogram<double> _commitSeconds;
    private readonly ConcurrentDictionary<int, IReadOnlyDictionary<LogKey, LogProgress>> _progress = [];
    private readonly ConcurrentDictionary<int, long> _visitors = [];
    private readonly CountingHealth _health;
    private readonly IClickCounts _counts;

    public CountingMetrics(IMeterFactory meters, CountingHealth health, IClickCounts counts)
    {
        _health = health;
        _counts = counts;
        var meter = meters.Create(MeterName);
        _batches = meter.CreateCounter<long>("linktracker.counting.batches", "{batch}", "Transactions that stored counts.");
        _commitSeconds = meter.CreateHistogram<double>("linktracker.counting.commit.duration", "s", "Time to store one batch.");
        meter.CreateObservableGauge("linktracker.counting.failing", () => health.Failure is null ? 0 : 1, null, "1 while counting fails and is tried again.");
        meter.CreateObservableGauge("linktracker.counting.visitors", () => Visitors, "{click}", "Clicks of the day held in memory to tell repeats.");
        meter.CreateObservableCounter("linktracker.clicks.counted", Counted, "{click}", "Clicks in the sums that reports are read from.");
        Observe(meter, "linktracker.clicks.consumed", "Clicks handed over by the logs.", progress => progress.Consumed);
        Observe(meter, "linktracker.clicks.applied", "Clicks counted, whatever their disposition.", progress => progress.Applied);
        Observe(meter, "linktracker.clicks.duplicate_skipped", "Clicks delivered again and skipped.", progress => progress.DuplicateSkipped);
        Observe(meter, "linktracker.clicks.quarantined", "Clicks that could not be read.", progress => progress.Quarantined);
    }

    public string Name => "aggregator";

    private long Visitors => _visitors.Values.Sum();

    /// <summary>A batch was stored.</summary>
    public void Stored(TimeSpan duration)
    {
        _batches.Add(1);
        _commitSeconds.Record(duration.TotalSeconds);
    }

    /// <summary>What is stored of a partition.</summary>
    /// <param name="visitors">Clicks that are remembered to tell repeats.</param>
    public void Moved(int partition, IReadOnlyDictionary<LogKey, LogProgress> progress, long visitors)
    {
        _progress[partition] = progress;
        _visitors[partition] = visitors;
    }

    /// <summary>The partition is no longer counted here.</summary>
    public void Leaves(int partition)
    {
        _progress.TryRemove(partition, out _);
        _visitors.TryRemove(partition, out _);
    }

    public object Read()
    {
        var progress = _progress.Values.SelectMany(logs => logs).ToDictionary();
        return new
        {
            failing = _health.Failure,
            visitors = Visitors,
            store = TryAudit(),
            consumed = progress.Values.Sum(log => log.Consumed),
            applied = progress.Values.Sum(log => log.Applied),
            duplicate_skipped = progress.Values.Sum(log => log.DuplicateSkipped),
            quarantined = progress.Values.Sum(log => log.Quarantined),
            partitions = progress.GroupBy(log => log.Key.Partition).OrderBy(partition => partition.Key).Select(partition => new
            {
                partition = partition.Key,
                consumed = partition.Sum(log => log.Value.Consumed),
                applied = partition.Sum(log => log.Value.Applied),
                duplicate_skipped = partition.Sum(log => log.Value.DuplicateSkipped),
                quarantined = partition.Sum(log => log.Value.Quarantined),
                logs = partition.OrderBy(log => log.Key.Edge).ThenBy(log => log.Key.Epoch).Select(log => new
                {
                    edge = log.Key.Edge.ToString("x16", System.Globalization.CultureInfo.InvariantCulture),
                    epoch = log.Key.Epoch,
                    next = log.Value.Next,
                }),
            }),
        };
    }

    private IEnumerable<Measurement<long>> Counted() => TryAudit() is { } audit ? [new Measurement<long>(audit.Raw)] : [];

    // Figures are read most of all when something fails; that it does is said by the health.
    private CountsAudit? TryAudit()
    {
        try
        {
            return _counts.Audit();
        }
        catch (CountsException)
        {
            return null;
        }
    }

    // By partition only: the number of edges has no bound.
    private void Observe(Meter meter, string name, string description, Func<LogProgress, long> read) =>
        meter.CreateObservableCounter(
            name,
            () => _progress.Values.SelectMany(logs => logs).GroupBy(log => log.Key.Partition).Select(partition => new Measurement<long>(
                partition.Sum(log => read(log.Value)), new KeyValuePair<string, object?>("linktracker.partition", partition.Key))),
            "{click}",
            description);
}
