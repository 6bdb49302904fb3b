using System.Diagnostics.Metrics;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Webhooks;

/// <summary>How telling webhooks goes on: as metrics and as the section <c>webhooks</c> of the figures.</summary>
internal sealed class WebhookMetrics : IStatsSection
{
    public const string MeterName = "LinkTracker.Aggregator";

    private readonly Database _database;
    private readonly WebhookSender _sender;

    public WebhookMetrics(IMeterFactory meters, Database database, WebhookSender sender, TimeProvider clock)
    {
        (_database, _sender) = (database, sender);
        var counts = new CollectedFigures<WebhookCounts>(Count, clock);
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge("linktracker.webhooks.sender", Sender, null, "1 in the process that tells webhooks.");
        meter.CreateObservableCounter("linktracker.webhooks.attempts", () => sender.Attempts, "{request}", "Requests that this process sent to webhooks.");
        Gauge("linktracker.webhooks.enabled", "{webhook}", "Webhooks that are told.", figures => figures.Enabled);
        Gauge("linktracker.webhooks.waiting", "{message}", "What is still to be delivered.", figures => figures.Waiting);
        Gauge("linktracker.webhooks.retried", "{message}", "What waits and was tried in vain.", figures => figures.Retried);
        Gauge("linktracker.webhooks.failed", "{message}", "What was not delivered in any attempt, of the last 30 days.", figures => figures.Failed);

        void Gauge(string name, string unit, string description, Func<WebhookCounts, long> figure) =>
            meter.CreateObservableGauge(name, () => counts.Measure(all => new[] { new Measurement<long>(figure(all)) }), unit, description);
    }

    public string Name => "webhooks";

    public object? Read() => Count() is not { } counts ? null : new
    {
        sender = Sender(),
        attempts = _sender.Attempts,
        enabled = counts.Enabled,
        waiting = counts.Waiting,
        retried = counts.Retried,
        failed = counts.Failed,
    };

    private int Sender() => _sender.IsHolder ? 1 : 0;

    private WebhookCounts? Count() => _database.TryRead(WebhookCounts.Read);
}
