using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Aggregator.Counting;

/// <summary>One incarnation of one edge's log, as it comes through one partition.</summary>
internal readonly record struct LogKey(int Partition, ulong Edge, ulong Epoch)
{
    public static LogKey Of(ClickSlice slice) => new(slice.Partition, slice.Edge, slice.Epoch);
}

/// <summary>
/// How far a log is counted. Always <c>Consumed = Applied + DuplicateSkipped + Quarantined</c>.
/// </summary>
/// <param name="Next">The address behind the last byte that was applied.</param>
/// <param name="Consumed">Clicks handed over, those known to be lost in damage included.</param>
/// <param name="Applied">Clicks counted, whatever their disposition.</param>
/// <param name="DuplicateSkipped">Clicks delivered again, and skipped.</param>
/// <param name="Quarantined">Clicks that could not be read.</param>
internal readonly record struct LogProgress(long Next, long Consumed, long Applied, long DuplicateSkipped, long Quarantined)
{
    public LogProgress Skip(long clicks) => this with { Consumed = Consumed + clicks, DuplicateSkipped = DuplicateSkipped + clicks };

    public LogProgress Apply() => this with { Consumed = Consumed + 1, Applied = Applied + 1 };

    /// <summary>A click from quarantine is counted after all.</summary>
    public LogProgress Replay() => this with { Applied = Applied + 1, Quarantined = Quarantined - 1 };

    public LogProgress Quarantine(long clicks) => this with { Consumed = Consumed + clicks, Quarantined = Quarantined + clicks };
}
