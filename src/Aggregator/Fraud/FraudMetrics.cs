using System.Diagnostics.Metrics;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Fraud.Cases;
using LinkTracker.Aggregator.Fraud.Lists;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Fraud;

/// <summary>What waits for a look, by a rule or a person: as metrics and as the section <c>fraud</c> of the figures.</summary>
internal sealed class FraudMetrics : IStatsSection
{
    public const string MeterName = "LinkTracker.Aggregator";

    private readonly Database _database;
    private readonly FraudLists _lists;
    private readonly TimeProvider _clock;

    public FraudMetrics(IMeterFactory meters, Database database, FraudLists lists, TimeProvider clock)
    {
        (_database, _lists, _clock) = (database, lists, clock);
        var collected = new CollectedFigures<FraudFigures>(ReadFigures, clock);
        var meter = meters.Create(MeterName);
        Show("unchecked", "{commission}", "Commissions that no rule has looked at yet.", figures => figures.Unchecked);
        Show("skipped", "{commission}", "Commissions to be checked once more, because a list was missing.", figures => figures.Skipped);
        Show("open", "{case}", "Cases that nobody decided on.", figures => figures.Open);
        Show("confirmed", "{case}", "Cases that were fraud.", figures => figures.Confirmed);
        Show("dismissed", "{case}", "Cases that were none.", figures => figures.Dismissed);
        Show("oldest", "d", "Age of the oldest open case in whole days.", figures => figures.Oldest);
        Show("unavailable", "{list}", "Lists of the settings that cannot be read.", figures => figures.Unavailable);

        void Show(string name, string unit, string description, Func<FraudFigures, long> figure) => meter.CreateObservableGauge(
            "linktracker.fraud." + name, () => collected.Measure(figures => new[] { new Measurement<long>(figure(figures)) }), unit, description);
    }

    public string Name => "fraud";

    public object? Read() => ReadFigures();

    private FraudFigures? ReadFigures() => _database.TryRead(session =>
    {
        var cases = session.Query<(string Status, long Count)>("SELECT status, COUNT(*) FROM fraud_cases GROUP BY status").ToDictionary(row => row.Status, row => row.Count);
        var oldest = session.First<long?>("SELECT MIN(opened_at) FROM fraud_cases WHERE status = 'open'");
        return new FraudFigures(
            session.First<long>("SELECT COUNT(*) FROM commissions WHERE is_checked = 0"),
            session.First<long>("SELECT COUNT(DISTINCT commission_id) FROM fraud_skips"),
            cases.GetValueOrDefault(CaseStatus.Open),
            cases.GetValueOrDefault(CaseStatus.Confirmed),
            cases.GetValueOrDefault(CaseStatus.Dismissed),
            oldest is { } since ? (_clock.GetUtcNow().ToUnixTimeMilliseconds() - since) / UtcBuckets.DayMs : 0,
            _lists.All.Count(list => list is { IsSet: true, Failure: not null }));
    });

    private sealed record FraudFigures(long Unchecked, long Skipped, long Open, long Confirmed, long Dismissed, long Oldest, long Unavailable);
}
