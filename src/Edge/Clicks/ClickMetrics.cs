using System.Diagnostics.Metrics;

namespace LinkTracker.Edge.Clicks;

/// <summary>The figures as metrics, read when they are collected: the redirect path measures nothing a second time.</summary>
internal sealed class ClickMetrics
{
    public const string MeterName = "LinkTracker.Edge";

    public ClickMetrics(IMeterFactory meters, ClickLog log)
    {
        var meter = meters.Create(MeterName);
        var figures = log.Figures;
        Count("offered", "Clicks that came.", stats => stats.Offered);
        Count("appended", "Clicks that went into the log.", stats => stats.Appended);
        Count("dropped_declared", "Clicks that could not be recorded.", stats => stats.DroppedDeclared);
        Count("delivered", "Clicks that were read and stored for good.", stats => stats.Delivered);
        Count("quarantined", "Clicks whose bytes were lost.", stats => stats.Quarantined);
        Count("answered_before_durable", "Answers that did not wait for the disk any longer.", stats => stats.AnsweredBeforeDurable);
        meter.CreateObservableGauge(
            "linktracker.clicks.backlog", () => figures.Take().Backlog, "{click}", "Clicks that are not stored for good yet.");
        meter.CreateObservableGauge(
            "linktracker.clicks.writable", () => figures.Take().Writable ? 1 : 0, null, "1 while clicks are being recorded.");

        void Count(string name, string description, Func<EdgeStats, long> figure) =>
            meter.CreateObservableCounter($"linktracker.clicks.{name}", () => figure(figures.Take()), "{click}", description);
    }
}
