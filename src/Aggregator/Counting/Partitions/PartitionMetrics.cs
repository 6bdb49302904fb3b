using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Counting.Partitions;

/// <summary>What the counters of partitions measure, as metrics and as the section <c>partitions</c> of the figures.</summary>
internal sealed class PartitionMetrics : IStatsSection
{
    private readonly ConcurrentDictionary<int, PartitionFigures> _held = [];
    private readonly Histogram<double> _freshness;
    private readonly CountingMetrics _counting;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private long _rebuilds;
    private long _eras;
    private long _snapshots;
    private long _holes;
    private long _refused;

    public PartitionMetrics(IMeterFactory meters, CountingMetrics counting, TimeProvider clock, ILogger<PartitionMetrics> logger)
    {
        _counting = counting;
        _clock = clock;
        _logger = logger;
        var meter = meters.Create(CountingMetrics.MeterName);
        meter.CreateObservableGauge("linktracker.partitions.held", () => _held.Count, "{partition}", "Partitions that are counted here.");
        meter.CreateObservableGauge("linktracker.partitions.behind", () => _held.Values.Sum(held => held.Behind), "{record}", "Records of these partitions that wait in Kafka.");
        meter.CreateObservableCounter("linktracker.partitions.rebuilds", () => Volatile.Read(ref _rebuilds), "{rebuild}", "Times that a partition's counts in Redis were made again from PostgreSQL.");
        meter.CreateObservableCounter("linktracker.partitions.eras", () => Volatile.Read(ref _eras), "{era}", "Times that Kafka did not have the records that were to be read next.");
        meter.CreateObservableCounter("linktracker.partitions.holes", () => Volatile.Read(ref _holes), "{range}", "Ranges of addresses that were never delivered: clicks in them are lost.");
        meter.CreateObservableCounter("linktracker.partitions.refused", () => Volatile.Read(ref _refused), "{record}", "Records that this version cannot read; they wait in quarantine.");
        meter.CreateObservableCounter("linktracker.partitions.snapshots", () => Volatile.Read(ref _snapshots), "{transaction}", "Transactions that stored counts and clicks in PostgreSQL.");
        _freshness = meter.CreateHistogram("linktracker.counting.freshness", "s", "From the newest click of a batch to its being in the counts.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600] });
    }

    public string Name => "partitions";

    public object Read() => new
    {
        held = _held.Count,
        behind = _held.Values.Sum(held => held.Behind),
        rebuilds = Volatile.Read(ref _rebuilds),
        eras = Volatile.Read(ref _eras),
        holes = Volatile.Read(ref _holes),
        refused = Volatile.Read(ref _refused),
        snapshots = Volatile.Read(ref _snapshots),
        list = _held.OrderBy(held => held.Key).Select(held => new { partition = held.Key, era = held.Value.Position.Era, offset = held.Value.Position.Offset }),
    };

    public void Rebuilds(int partition, string reason)
    {
        Interlocked.Increment(ref _rebuilds);
        Log.CountsRebuilt(_logger, partition, reason);
    }

    public void BeginsNewEra(int partition, string reason)
    {
        Interlocked.Increment(ref _eras);
        Log.NewEra(_logger, partition, reason);
    }

    /// <summary>A batch is in the counts that reports are read from.</summary>
    public void Stored(CountBatch batch, TimeSpan duration)
    {
        _counting.Stored(duration);
        if (batch.LastClicks.Count > 0)
        {
            _freshness.Record((_clock.GetUtcNow().ToUnixTimeMilliseconds() - batch.LastClicks.Values.Max()) / 1_000.0);
        }
    }

    /// <summary>Something could not be counted.</summary>
    public void Quarantined(QuarantinedRange range)
    {
        Interlocked.Add(ref _holes, range.Kind == QuarantineKind.Hole ? 1 : 0);
        Interlocked.Add(ref _refused, range.Kind == QuarantineKind.Record ? 1 : 0);
        Log.Quarantined(
            _logger, range.Kind == QuarantineKind.Hole ? LogLevel.Error : LogLevel.Warning, range.Kind, range.From, range.To, range.Log, range.Missing, range.Reason);
    }

    public void Snapshot() => Interlocked.Increment(ref _snapshots);

    public void Moved(int partition, PartitionState state, long visitors, long behind)
    {
        _held[partition] = new PartitionFigures(state.Position, behind);
        _counting.Moved(partition, state.Logs, visitors);
    }

    public void Leaves(int partition)
    {
        _held.TryRemove(partition, out _);
        _counting.Leaves(partition);
    }

    private readonly record struct PartitionFigures(PartitionPosition Position, long Behind);
}
