using System.Diagnostics.Metrics;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Codes;

/// <summary>How often codes were asked for that nobody has, in this process: as metrics and as the section <c>codes</c> of the figures.</summary>
internal sealed class CodeStats : IStatsSection
{
    public const string MeterName = "LinkTracker.Aggregator";

    private readonly GuessThrottle _throttle;

    public CodeStats(IMeterFactory meters, GuessThrottle throttle)
    {
        _throttle = throttle;
        var meter = meters.Create(MeterName);
        meter.CreateObservableCounter("linktracker.codes.misses", () => throttle.Misses, "{code}", "Codes that were asked for and are not valid.");
        meter.CreateObservableCounter("linktracker.codes.throttled", () => throttle.Throttled, "{request}", "Questions for codes that got no answer, because too many before them missed.");
    }

    public string Name => "codes";

    public object? Read() => new { misses = _throttle.Misses, throttled = _throttle.Throttled };
}
