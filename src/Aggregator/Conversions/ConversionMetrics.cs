using System.Diagnostics.Metrics;
using System.Text.Json;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>
/// The section <c>conversions</c> of the figures as metrics, read when they are collected. What must add up is one instrument, so
/// that every export has it from one moment.
/// </summary>
internal sealed class ConversionMetrics
{
    public const string MeterName = "LinkTracker.Aggregator";

    private readonly CollectedFigures<object> _stats;

    public ConversionMetrics(IMeterFactory meters, ConversionStats stats, TimeProvider clock)
    {
        _stats = new CollectedFigures<object>(stats.Read, clock);
        var meter = meters.Create(MeterName);
        Count(meter, "linktracker.conversions", "Conversions that were kept.", "leads", "sales", "events", "refunds");
        Count(meter, "linktracker.conversions.repeats", "Conversions that were told again, and answered as before.", "leadRepeats", "saleRepeats", "eventRepeats", "refundRepeats");
        Count(meter, "linktracker.conversions.conflicts", "Repeats that came with another body.", "leadConflicts", "saleConflicts", "eventConflicts", "refundConflicts");
        meter.CreateObservableUpDownCounter(
            "linktracker.sales.amount", Amounts, "{minor_unit}", "Amounts of sales in each currency: posted = attributed + unattributed.");
        meter.CreateObservableCounter(
            "linktracker.sales.refunded",
            () => _stats.Measure(stats => Figures(stats).GetProperty("refunded").EnumerateObject().Select(
                currency => new Measurement<long>(currency.Value.GetInt64(), Tag("linktracker.sale.currency", currency.Name)))),
            "{minor_unit}",
            "What of sales went back, in each currency.");
    }

    private void Count(Meter meter, string name, string description, string leads, string sales, string events, string refunds) =>
        meter.CreateObservableCounter(
            name,
            () => _stats.Measure(stats =>
            {
                var figures = Figures(stats);
                return new[] { Of("lead", figures.GetProperty(leads)), Of("sale", figures.GetProperty(sales)), Of("event", figures.GetProperty(events)), Of("refund", figures.GetProperty(refunds)) };
            }),
            "{conversion}",
            description);

    private IEnumerable<Measurement<long>> Amounts() => _stats.Measure(stats =>
        from currency in Figures(stats).GetProperty("amounts").EnumerateObject()
        from amount in currency.Value.EnumerateObject()
        select new Measurement<long>(
            amount.Value.GetInt64(), Tag("linktracker.sale.currency", currency.Name), Tag("linktracker.sale.amount", amount.Name)));

    private static JsonElement Figures(object stats) => JsonSerializer.SerializeToElement(stats, JsonSerializerOptions.Web);

    private static Measurement<long> Of(string kind, JsonElement figure) => new(figure.GetInt64(), Tag("linktracker.conversion.kind", kind));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
