using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Fraud.Cases;
using LinkTracker.Aggregator.Fraud.Lists;
using LinkTracker.Aggregator.Fraud.Reading;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Fraud;

/// <summary>
/// Lets the rules look at every commission before it may be released, some hundred at a time in the order of their ids:
/// <code>
///   1  commissions that nobody looked at          those whose click is not counted yet wait, see ConversionClicks
///   2  the rules judge                            on one snapshot, while others write
///   3  cases, holds, is_checked                   in one transaction: what is held was never released in between
/// </code>
/// What was checked is checked again when something new is told of its customer, as long as it is neither paid nor decided.
/// After the last it begins again at the first; while some wait it goes on behind the last for some seconds, so that new ones cost what new ones cost.
/// Once an hour the referrers' figures are read anew, and the rules that judge by them look at everything that is not paid yet.
/// </summary>
internal sealed class FraudCheck(
    Database database, Inspection inspection, ConversionClicks clicks, PartnerRatesReader rates, CaseStore cases, CaseEffects effects, FraudLists lists,
    FraudForgetting forgetting, TimeProvider clock, ILogger<FraudCheck> logger)
    : LoneService(database, "checking for fraud", "rewards that it did not look at stay pending", clock, logger)
{
    private const int MostAtOnce = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromHours(1);

    // Where clicks of an Edge are cut off, all that wait for them would be read again with each new commission.
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromSeconds(5);

    private readonly Database _database = database;
    private readonly TimeProvider _clock = clock;
    private PartnerRates _rates = PartnerRates.None;
    private long? _sweptAt;
    private long _after;
    private long _roundBegan;
    private bool _isMore;
    private bool _isRoundWaiting;

    protected override async Task WorkAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (_sweptAt is not { } sweptAt || _clock.GetElapsedTime(sweptAt) >= BetweenSweeps)
            {
                await SweepAsync(cancellation);
                _sweptAt = _clock.GetTimestamp();
            }

            await RepeatAsync(cancellation);
            var isMore = await CheckAsync(cancellation);
            Succeeds();
            if (!isMore)
            {
                await Task.Delay(Pause, _clock, cancellation);
            }
        }
    }

    /// <summary>Looks at the next commissions. False when there are no more.</summary>
    internal async Task<bool> CheckAsync(CancellationToken cancellation)
    {
        if (!_isMore && (!_isRoundWaiting || _clock.GetElapsedTime(_roundBegan) >= BetweenRounds))
        {
            (_after, _roundBegan, _isRoundWaiting) = (0, _clock.GetTimestamp(), false);
        }

        // :: 1
        var (batch, found, waiting) = _database.Read(session =>
        {
            var next = session.Query<UncheckedRow>(
                "SELECT id, conversion_id, is_test, version FROM commissions WHERE is_checked = 0 AND id > @after ORDER BY id LIMIT @MostAtOnce", new { after = _after, MostAtOnce });
            var search = clicks.Find(session, ConversionsOf(next));
            return (next, search.Found, search.Waiting);
        });
        _isMore = batch.Count == MostAtOnce;
        _isRoundWaiting |= waiting.Count > 0;
        _after = batch.Count == 0 ? _after : batch[^1].Id;
        var ready = batch.Where(row => row.ConversionId is not { } conversion || !waiting.Contains(conversion)).ToList();
        if (ready.Count > 0)
        {
            await JudgeAsync(ready, found, cancellation);
        }

        return _isMore;
    }

    /// <summary>Reads the referrers' figures, and judges what is not paid yet of those that stand out.</summary>
    internal async Task SweepAsync(CancellationToken cancellation)
    {
        await _database.WriteAsync(forgetting.Forget, cancellation);
        _rates = _database.Read(rates.Read);
        var odd = _rates.Odd().ToArray();
        for (var after = 0L; odd.Length > 0;)
        {
            var batch = _database.Read(session => session.Query<UncheckedRow>(
                $"""
                SELECT id, conversion_id, is_test FROM commissions
                WHERE {session.In("partner_id", "odd")} AND id > @after AND is_checked = 1 AND state <> 'paid' AND outcome IS NULL AND conversion_id IS NOT NULL AND is_test = 0 ORDER BY id LIMIT @MostAtOnce
                """,
                new { after, odd, MostAtOnce }));
            if (batch.Count == 0)
            {
                return;
            }

            after = batch[^1].Id;
            var conversions = ConversionsOf(batch);
            var signals = _database.Read(session => inspection.Inspect(session, conversions, _rates))
                .Where(signal => FraudRuleBook.OfFigures.Contains(signal.Rule.Kind.Code))
                .ToList();
            if (signals.Count > 0)
            {
                await _database.WriteAsync(session => Keep(session, signals, conversions), cancellation);
            }
        }
    }

    /// <summary>Has commissions checked once more that were checked without a list that is there again. Lists that are not set any more are not waited for.</summary>
    internal async Task RepeatAsync(CancellationToken cancellation)
    {
        var unset = FraudRuleBook.All.Where(lists.IsUnset).Select(rule => rule.Code).ToArray();
        if (unset.Length > 0 && AreSkipped(unset))
        {
            await _database.WriteAsync(session => session.Execute($"DELETE FROM fraud_skips WHERE {session.In("rule", "unset")}", new { unset }), cancellation);
        }

        var back = FraudRuleBook.All.Where(rule => rule.List is not null && lists.FailureOf(rule) is null).Select(rule => rule.Code).ToArray();
        if (back.Length > 0 && AreSkipped(back))
        {
            await _database.WriteAsync(
                session =>
                {
                    session.Execute($"UPDATE commissions SET is_checked = 0, version = version + 1 WHERE id IN (SELECT commission_id FROM fraud_skips WHERE {session.In("rule", "back")})", new { back });
                    return session.Execute($"DELETE FROM fraud_skips WHERE {session.In("rule", "back")}", new { back });
                },
                cancellation);
        }
    }

    private bool AreSkipped(string[] rules) =>
        _database.Read(session => session.Query<long>($"SELECT commission_id FROM fraud_skips WHERE {session.In("rule", "rules")} LIMIT 1", new { rules })).Count > 0;

    private async Task JudgeAsync(IReadOnlyList<UncheckedRow> ready, IReadOnlyList<ClickRow> found, CancellationToken cancellation)
    {
        var conversions = ConversionsOf(ready);
        if (found.Count > 0)
        {
            await _database.WriteAsync(session => ConversionClicks.Keep(session, found), cancellation);
        }

        // :: 2  which lists are there is asked first: one that goes missing meanwhile is rather asked for again
        var missing = FraudRuleBook.All.Where(lists.IsMissing).Select(rule => rule.Code).ToList();
        var signals = _database.Read(session => inspection.Inspect(session, conversions, _rates));
        missing = [.. missing.Union(FraudRuleBook.All.Where(lists.IsMissing).Select(rule => rule.Code))];

        // :: 3  what changed since it was read is looked at once more
        await _database.WriteAsync(
            session =>
            {
                session.ExecuteAll(
                    "UPDATE commissions SET is_checked = 1 WHERE id = @id AND version = @version",
                    ["id", "version"],
                    ready.Select(row => new object?[] { row.Id, row.Version }));
                session.ExecuteAll(
                    "INSERT INTO fraud_skips (rule, commission_id) VALUES (@rule, @commission) ON CONFLICT DO NOTHING",
                    ["rule", "commission"],
                    missing.SelectMany(rule => ready.Where(row => row.ConversionId is not null).Select(row => new object?[] { rule, row.Id })));
                return Keep(session, signals, conversions);
            },
            cancellation);
    }

    // Also what was said before of these conversions: a commission that is new may be of a case that is old.
    private int Keep(Session session, IReadOnlyList<Signal> signals, long[] conversions)
    {
        var now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        cases.Add(session, signals, now);
        effects.Apply(session, [.. signals.Select(signal => signal.Suspect.ConversionId).Union(conversions)], now);
        return signals.Count;
    }

    private static long[] ConversionsOf(IEnumerable<UncheckedRow> rows) =>
        [.. rows.Where(row => !row.IsTest).Select(row => row.ConversionId).OfType<long>().Distinct()];

    private sealed class UncheckedRow
    {
        public long Id { get; set; }

        /// <summary>Null for a commission that a person made.</summary>
        public long? ConversionId { get; set; }

        public bool IsTest { get; set; }

        public long Version { get; set; }
    }
}
