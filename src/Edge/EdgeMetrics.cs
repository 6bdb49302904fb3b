using System.Diagnostics.Metrics;
using LinkTracker.Edge.Links;
using LinkTracker.Edge.Redirects;

namespace LinkTracker.Edge;

/// <summary>
/// What the Edge measures beyond ASP.NET Core's own instruments, which already time every request. No tag here takes a
/// value from a request.
/// </summary>
internal sealed class EdgeMetrics
{
    public const string MeterName = "LinkTracker.Edge";

    // Built once: a tag made per call would allocate on every redirect.
    private static readonly KeyValuePair<string, object?>[] Outcomes =
        [Tag("redirect"), Tag("not_found"), Tag("expired"), Tag("loading"), Tag("refused")];

    private const int RefusedAt = 4;

    private readonly Counter<long> _answers;
    private readonly long[] _totals = new long[Outcomes.Length];

    public EdgeMetrics(IMeterFactory meters, LinkTable links)
    {
        var meter = meters.Create(MeterName);
        _answers = meter.CreateCounter<long>("linktracker.redirects", "{request}", "Requests for a key, by outcome.");
        meter.CreateObservableGauge("linktracker.links", () => links.Count, "{link}", "Links in the table.");
        meter.CreateObservableGauge("linktracker.links.loaded", () => links.IsLoaded ? 1 : 0, null, "1 once every link that the source had at the start is here.");
        meter.CreateObservableGauge("linktracker.links.memory", () => links.Bytes, "By", "Memory of the link table, garbage included.");
        meter.CreateObservableCounter("linktracker.links.refused", () => links.Refused, "{change}", "Changes that the table did not take in.");
        meter.CreateObservableCounter("linktracker.links.rebuilds", () => links.Rebuilds, "{rebuild}", "Moves of the table into a fresh store.");
        meter.CreateObservableGauge("linktracker.links.lost", () => links.LostBytes, "By", "Links pushed out of memory; anything but 0 is a defect.");
    }

    public void Answered(RedirectOutcome outcome) => Count((int)outcome);

    /// <summary>A request that is no plain GET or HEAD.</summary>
    public void Refused() => Count(RefusedAt);

    /// <summary>Answers with that outcome since the start.</summary>
    public long Total(RedirectOutcome outcome) => Volatile.Read(ref _totals[(int)outcome]);

    public long TotalRefused => Volatile.Read(ref _totals[RefusedAt]);

    private void Count(int outcome)
    {
        Interlocked.Increment(ref _totals[outcome]);
        _answers.Add(1, Outcomes[outcome]);
    }

    private static KeyValuePair<string, object?> Tag(string outcome) => new("linktracker.redirect.outcome", outcome);
}
