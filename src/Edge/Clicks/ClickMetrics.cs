using System.Diagnostics.Metrics;

namespace LinkTracker.Edge.Clicks;

/// <summary>
/// The figures as metrics, read when they are collected: the redirect path measures nothing a second time. A collection
/// asks the instruments one after the other, and gets figures of one moment, or the equations would not hold between them.
/// </summary>
internal sealed class ClickMetrics
{
    public const string MeterName = "LinkTracker.Edge";

    private readonly Lock _lock = new();
    private readonly HashSet<string> _asked = [];
    private readonly ClickFigures _figures;
    private EdgeStats? _moment;

    public ClickMetrics(IMeterFactory meters, ClickLog log)
    {
        _figures = log.Figures;
        var meter = meters.Create(MeterName);
        Count("offered", "Clicks that came.", stats => stats.Offered);
        Count("appended", "Clicks that went into the log.", stats => stats.Appended);
        Count("dropped_declared", "Clicks that could not be recorded.", stats => stats.DroppedDeclared);
        Count("delivered", "Clicks that were read and stored for good.", stats => stats.Delivered);
        Count("expired", "Clicks of an Edge alone that nobody read in time.", stats => stats.Expired);
        Count("quarantined", "Clicks whose bytes were lost.", stats => stats.Quarantined);
        Count("answered_before_durable", "Answers that did not wait for the disk any longer.", stats => stats.AnsweredBeforeDurable);
        meter.CreateObservableGauge(
            "linktracker.clicks.backlog", () => Now("backlog").Backlog, "{click}", "Clicks that are not stored for good yet.");
        meter.CreateObservableGauge(
            "linktracker.clicks.writable", () => Now("writable").Writable ? 1 : 0, null, "1 while clicks are being recorded.");

        void Count(string name, string description, Func<EdgeStats, long> figure) =>
            meter.CreateObservableCounter($"linktracker.clicks.{name}", () => figure(Now(name)), "{click}", description);
    }

    /// <summary>The moment lasts until an instrument is asked for the second time: that is the next collection.</summary>
    private EdgeStats Now(string instrument)
    {
        lock (_lock)
        {
            if (_moment is null || !_asked.Add(instrument))
            {
                _moment = _figures.Take();
                _asked.Clear();
                _asked.Add(instrument);
            }

            return _moment;
        }
    }
}
