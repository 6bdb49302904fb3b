using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Counting;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Aggregator.Tests.Fraud;

/// <summary>Counts that hold what a test counts.</summary>
internal sealed class KnownClicks : IClickCounts
{
    private readonly List<(TestClick Click, ClickToken Token)> _clicks = [];

    /// <summary>Valid clicks of links beyond those that are there one by one.</summary>
    public Dictionary<long, long> More { get; } = [];

    public bool IsAway { get; set; }

    /// <summary>What happens while clicks are looked for.</summary>
    public Action? OnScan { get; set; }

    public void Count(TestClick click, ClickToken token) => _clicks.Add((click, token));

    public void Scan(ClickScan scan, ClickVisit visit, CancellationToken cancellation = default)
    {
        RefuseIfAway();
        OnScan?.Invoke();
        foreach (var (click, token) in _clicks)
        {
            var at = click.At.ToUnixTimeMilliseconds();
            if (at >= scan.FromMs && at < scan.ToMs && scan.Links!.Contains(click.Link) && scan.Hours!.Contains(UtcBuckets.Hour(at))
                && ClickCodec.TryRead(click.ToBytes(token.Sealed), out var record))
            {
                visit(new StoredClick(0, Disposition.Valid, true, record, []));
            }
        }
    }

    public IReadOnlyCollection<RollupRow> Rollup(RollupQuery query)
    {
        RefuseIfAway();
        return [.. query.Links!.Select(link => new RollupRow(link, 0, "", new ClickTally { Valid = _clicks.Count(one => one.Click.Link == link) + More.GetValueOrDefault(link) }))];
    }

    public Dictionary<LogKey, LogProgress> Positions() => throw new NotSupportedException();

    public CountsAudit Audit() => throw new NotSupportedException();

    public long? FirstHour(IReadOnlyCollection<long>? links) => throw new NotSupportedException();

    public IReadOnlyDictionary<long, LinkClicks> ClicksOf(IReadOnlyCollection<long> links) => throw new NotSupportedException();

    public IReadOnlyList<QuarantineEntry> Quarantine(long limit, long offset) => throw new NotSupportedException();

    public ForgottenClicks Forget(DateTimeOffset before) => throw new NotSupportedException();

    private void RefuseIfAway()
    {
        if (IsAway)
        {
            throw new CountsException("They are away.");
        }
    }
}
