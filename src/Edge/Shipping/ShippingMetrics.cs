using System.Diagnostics.Metrics;

namespace LinkTracker.Edge.Shipping;

/// <summary>The figures as metrics, read when they are collected.</summary>
internal sealed class ShippingMetrics
{
    public ShippingMetrics(IMeterFactory meters, ShippingFigures figures)
    {
        var meter = meters.Create(EdgeMetrics.MeterName);
        meter.CreateObservableCounter("linktracker.shipping.sent", () => figures.Sent, "{record}", "Records handed to Kafka's client, those sent again included.");
        meter.CreateObservableCounter("linktracker.shipping.acknowledged", () => figures.Acknowledged, "{record}", "Records that are with all in-sync replicas.");
        meter.CreateObservableGauge("linktracker.shipping.outstanding", () => figures.Outstanding, "{record}", "Records that Kafka has not answered for.");
        meter.CreateObservableCounter("linktracker.shipping.failures", () => figures.Failures, "{record}", "Records that Kafka or its client gave back.");
        meter.CreateObservableCounter("linktracker.shipping.restarts", () => figures.Restarts, "{restart}", "Times shipping began again from what was acknowledged.");
    }
}
