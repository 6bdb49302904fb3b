using System.Diagnostics.Metrics;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Value;

/// <summary>The section <c>credits</c> of the figures as metrics.</summary>
internal sealed class CreditMetrics
{
    public const string MeterName = "LinkTracker.Aggregator";

    public CreditMetrics(IMeterFactory meters, CreditStats stats, TimeProvider clock)
    {
        var collected = new CollectedFigures<CreditsFound>(stats.ReadFigures, clock);
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge("linktracker.credits.owners", () => One(found => found.Owners), "{owner}", "Referrers and links with credits; none before all were compared.");
        meter.CreateObservableGauge("linktracker.credits.wrong", () => One(found => found.Wrong), "{owner}", "Referrers and links whose totals are not the sums of their credits; none before all were compared.");

        IEnumerable<Measurement<long>> One(Func<CreditsFound, long?> figure) =>
            collected.Measure(found => figure(found) is { } value ? new[] { new Measurement<long>(value) } : []);
    }
}
