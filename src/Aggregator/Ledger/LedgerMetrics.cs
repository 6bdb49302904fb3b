using System.Diagnostics.Metrics;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>The section <c>ledger</c> of the figures as metrics.</summary>
internal sealed class LedgerMetrics
{
    public const string MeterName = "LinkTracker.Aggregator";

    public LedgerMetrics(IMeterFactory meters, LedgerStats stats, TimeProvider clock)
    {
        var collected = new CollectedFigures<LedgerFigures>(stats.ReadFigures, clock);
        var meter = meters.Create(MeterName);
        meter.CreateObservableCounter("linktracker.ledger.postings", () => One(figures => figures.Postings), "{posting}", "Positions of the ledger that were taken.");
        meter.CreateObservableGauge("linktracker.ledger.checked_to", () => One(figures => figures.CheckedTo), "{posting}", "Position up to which postings were summed anew.");
        meter.CreateObservableGauge("linktracker.ledger.missing", () => One(figures => figures.Missing), "{posting}", "Positions without a posting.");
        meter.CreateObservableGauge("linktracker.ledger.open_commissions", () => One(figures => figures.OpenCommissions), "{commission}", "Commissions that are pending, held or payable.");
        meter.CreateObservableGauge(
            "linktracker.ledger.waiting_sales",
            () => collected.Measure(figures => figures.WaitingSales.Select(currency => new Measurement<long>(currency.Value, Tag("linktracker.sale.currency", currency.Key)))),
            "{sale}",
            "Sales whose rewards wait for an exchange rate, by the currency that has none for their day.");
        meter.CreateObservableUpDownCounter(
            "linktracker.ledger.amount",
            () => collected.Measure(figures => figures.Units.SelectMany(unit => new[] { Of(unit.Value.Debits, unit.Key, "debits"), Of(unit.Value.Credits, unit.Key, "credits") })),
            "{minor_unit}",
            "Sums of balances below and above 0 in each unit: debits = credits.");
        meter.CreateObservableGauge(
            "linktracker.ledger.wrong_balances",
            () => collected.Measure(figures => figures.Units.Where(unit => unit.Value.WrongBalances is not null).Select(unit => new Measurement<long>(unit.Value.WrongBalances!.Value, Tag("linktracker.ledger.unit", unit.Key)))),
            "{balance}",
            "Balances that are not the sum of their postings; none before all are summed.");

        IEnumerable<Measurement<long>> One(Func<LedgerFigures, long> figure) => collected.Measure(figures => new[] { new Measurement<long>(figure(figures)) });
    }

    private static Measurement<long> Of(long value, string unit, string side) => new(value, Tag("linktracker.ledger.unit", unit), Tag("linktracker.ledger.side", side));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
