using LinkTracker.ServiceDefaults;

namespace LinkTracker.Edge.Shipping;

/// <summary>What was sent to Kafka since this start, in records, and what is in the way.</summary>
internal sealed class ShippingFigures : IStatsSection
{
    /// <summary>Longer than Kafka takes to elect another leader.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private long _sent;
    private long _acknowledged;
    private long _failures;
    private long _restarts;
    private volatile string? _trouble;
    private volatile InFlight? _inFlight;

    public string Name => "shipping";

    public long Sent => Volatile.Read(ref _sent);

    public long Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Records that Kafka has not answered for.</summary>
    public long Outstanding => _inFlight?.Records ?? 0;

    /// <summary>Records that Kafka, or its client, gave back.</summary>
    public long Failures => Volatile.Read(ref _failures);

    /// <summary>How often shipping began again from what was acknowledged.</summary>
    public long Restarts => Volatile.Read(ref _restarts);

    /// <summary>For people: why clicks stay in the log at the moment; null: they don't.</summary>
    public string? Trouble
    {
        get
        {
            var standstill = _inFlight?.Standstill ?? TimeSpan.Zero;
            return _trouble ?? (standstill > Patience
                ? $"Kafka has not answered for {standstill.TotalSeconds:0} s, at least in one partition; clicks wait in the log."
                : null);
        }
    }

    public object Read() => new { sent = Sent, acknowledged = Acknowledged, outstanding = Outstanding, failures = Failures, restarts = Restarts };

    /// <summary>Whose records are outstanding from now on; null: none are.</summary>
    public void Follow(InFlight? inFlight) => _inFlight = inFlight;

    public void Send() => Interlocked.Increment(ref _sent);

    public void Acknowledge() => Interlocked.Increment(ref _acknowledged);

    /// <summary>The log was released by some, so what was in the way is not any more. One record acknowledged would not prove it.</summary>
    public void Recover() => _trouble = null;

    public void Fail() => Interlocked.Increment(ref _failures);

    public void Restart(string trouble)
    {
        Interlocked.Increment(ref _restarts);
        _trouble = trouble;
    }
}
