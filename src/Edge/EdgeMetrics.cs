using System.Diagnostics;
using System.Diagnostics.Metrics;
using LinkTracker.Edge.Links;
using LinkTracker.Edge.Redirects;

namespace LinkTracker.Edge;

/// <summary>
/// What the Edge measures beyond ASP.NET Core's own instruments, which time every request of the HTTP pipeline. No tag here
/// takes a value from a request.
/// </summary>
internal sealed class EdgeMetrics
{
    public const string MeterName = "LinkTracker.Edge";

    // Collected when they are asked for: an instrument that is told of every redirect costs more than finding its link.
    private static readonly KeyValuePair<string, object?>[] Outcomes =
        [Tag("redirect"), Tag("not_found"), Tag("expired"), Tag("loading"), Tag("refused")];

    private const int RefusedAt = 4;

    private readonly Histogram<double> _duration;
    private readonly long[] _totals = new long[Outcomes.Length];
    private long _handedOver;

    public EdgeMetrics(IMeterFactory meters, LinkTable links, LinkSupply supply)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableCounter("linktracker.redirects", Answers, "{request}", "Requests for a key, by outcome.");
        meter.CreateObservableCounter(
            "linktracker.fast_lane.handed_over", () => HandedOver, "{connection}", "Connections that the fast lane left to the HTTP pipeline.");
        _duration = meter.CreateHistogram(
            "linktracker.fast_lane.duration", "s", "From the arrival of a request to its answer in the kernel's hands.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5] });
        meter.CreateObservableGauge("linktracker.links", () => links.Count, "{link}", "Links in the table.");
        meter.CreateObservableGauge("linktracker.links.loaded", () => links.IsLoaded ? 1 : 0, null, "1 once every link that the source had at the start is here.");
        meter.CreateObservableGauge("linktracker.links.memory", () => links.Bytes, "By", "Memory of the link table, garbage included.");
        meter.CreateObservableCounter("linktracker.links.refused", () => links.Refused, "{change}", "Changes that the table did not take in.");
        meter.CreateObservableGauge("linktracker.links.stale", () => supply.IsStale ? 1 : 0, null, "1 while the source of links does not answer and redirects go by what was known before.");
        meter.CreateObservableCounter("linktracker.links.unreadable", () => supply.Unreadable, "{record}", "Records of links that could not be read.");
        meter.CreateObservableCounter("linktracker.links.rebuilds", () => links.Rebuilds, "{rebuild}", "Moves of the table into a fresh store.");
        meter.CreateObservableGauge("linktracker.links.lost", () => links.LostBytes, "By", "Links pushed out of memory; anything but 0 is a defect.");
    }

    public void Answered(RedirectOutcome outcome) => Count((int)outcome);

    /// <summary>A request that is no plain GET or HEAD.</summary>
    public void Refused() => Count(RefusedAt);

    /// <summary>Answers with that outcome since the start.</summary>
    public long Total(RedirectOutcome outcome) => Volatile.Read(ref _totals[(int)outcome]);

    public long TotalRefused => Volatile.Read(ref _totals[RefusedAt]);

    /// <summary>Connections that began in the fast lane and sent a request that was not plain.</summary>
    public long HandedOver => Volatile.Read(ref _handedOver);

    public void HandOver() => Interlocked.Increment(ref _handedOver);

    /// <summary>The start of a turn of the fast lane; 0 when nobody listens, because two looks at the clock for each redirect cost something.</summary>
    public long StartTurn() => _duration.Enabled ? Stopwatch.GetTimestamp() : 0;

    /// <summary>The end of a turn that answered so many requests, all of which took as long as the turn.</summary>
    public void EndTurn(long start, int answers)
    {
        var seconds = start == 0 ? 0 : Stopwatch.GetElapsedTime(start).TotalSeconds;
        for (var i = 0; i < answers && start != 0; i++)
        {
            _duration.Record(seconds);
        }
    }

    private void Count(int outcome) => Interlocked.Increment(ref _totals[outcome]);

    private IEnumerable<Measurement<long>> Answers() => Outcomes.Select((tag, outcome) => new Measurement<long>(Volatile.Read(ref _totals[outcome]), tag));

    private static KeyValuePair<string, object?> Tag(string outcome) => new("linktracker.redirect.outcome", outcome);
}
