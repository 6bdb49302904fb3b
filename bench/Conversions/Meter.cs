namespace LinkTracker.Conversions;

/// <summary>Time and processor time of everything that takes part, since its start.</summary>
internal sealed class Meter
{
    private readonly RunningProduct _product;
    private readonly bool _isOfPgbench;
    private readonly Dictionary<string, double> _before;
    private readonly double _client;
    private readonly long _since = TimeProvider.System.GetTimestamp();

    /// <param name="isOfPgbench">Whether the client is a child process rather than this one.</param>
    public Meter(RunningProduct product, bool isOfPgbench)
    {
        (_product, _isOfPgbench) = (product, isOfPgbench);
        (_before, _client) = (Read(), Client());
    }

    public double Seconds => TimeProvider.System.GetElapsedTime(_since).TotalSeconds;

    /// <param name="done">Transactions or requests.</param>
    public Sample Read(long done, double perSecond, double? p50, double? p99)
    {
        var spent = Read().ToDictionary(process => process.Key, process => (process.Value - _before[process.Key]) * 1e6 / done);
        return new Sample(
            perSecond, (Client() - _client) * 1e6 / done, spent["LinkTracker"], spent.GetValueOrDefault("PostgreSQL"),
            spent.GetValueOrDefault("Kafka") + spent.GetValueOrDefault("Redis"), p50, p99);
    }

    private Dictionary<string, double> Read() =>
        _product.Processes.ToDictionary(process => process.Name, process => ProcessorTime.OfTree(process.ProcessId));

    private double Client() => _isOfPgbench ? ProcessorTime.OfEndedChildren() : Environment.CpuUsage.TotalTime.TotalSeconds;
}
