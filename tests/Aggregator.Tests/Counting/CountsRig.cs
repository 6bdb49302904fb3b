using System.Text;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Counting.UserAgents;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Aggregator.Tests.Counting;

/// <summary>A store of counts, of whichever engine, with the verbs of counting.</summary>
internal abstract class CountsRig : IDisposable
{
    private readonly ClickClassifier _classifier = new(BotRules.Embedded);
    private VisitorDays _visitors;

    protected CountsRig() => _visitors = new VisitorDays(LoadDay);

    public abstract IClickCounts Counts { get; }

    /// <summary>Counts slices as one batch, from the stored positions.</summary>
    public CountBatch Count(params IEnumerable<ClickSlice> slices)
    {
        var batch = Fold(slices);
        Commit(batch);
        _visitors.Trim();
        return batch;
    }

    public CountBatch Fold(params IEnumerable<ClickSlice> slices)
    {
        var fold = new ClickFold(_classifier, _visitors, Counts.Positions());
        foreach (var slice in slices)
        {
            fold.Add(slice);
        }

        return fold.Batch;
    }

    public abstract void Commit(CountBatch batch);

    /// <summary>As after a crash: nothing in memory is left.</summary>
    public virtual void Restart() => _visitors = new VisitorDays(LoadDay);

    public ClickTally Total(long? link = null) =>
        Rollup(new RollupQuery { FromHour = -1_000_000, ToHour = 10_000_000, Links = link is { } id ? [id] : null }).SingleOrDefault().Tally;

    public IReadOnlyCollection<RollupRow> Rollup(RollupQuery query) => Counts.Rollup(query);

    /// <summary>What is in quarantine, the oldest first.</summary>
    public List<QuarantinedRange> Quarantine() => [.. Counts.Quarantine(1_000, 0).Reverse().Select(entry => entry.Range)];

    /// <summary>The stored clicks in the order of their tokens, which a test log counts up.</summary>
    public List<(string Token, Disposition Disposition, bool Unique)> Clicks()
    {
        var clicks = new List<(string Token, Disposition, bool)>();
        Counts.Scan(new ClickScan { FromMs = 0, ToMs = long.MaxValue }, (in StoredClick click) =>
            clicks.Add((click.Record.Token.Sealed.ToString("x16", null), click.Disposition, click.Unique)));
        return [.. clicks.OrderBy(click => click.Token, StringComparer.Ordinal)];
    }

    /// <summary>Every number that reports can show, as text to compare.</summary>
    public string Answers() => Answers(Rollup);

    /// <inheritdoc cref="Answers()"/>
    public static string Answers(Func<RollupQuery, IReadOnlyCollection<RollupRow>> rollup)
    {
        var answers = new StringBuilder();
        foreach (var dimension in Enum.GetValues<Dimension>())
        {
            Append(answers, rollup, dimension, null, RollupSplit.Hour);
            Append(answers, rollup, dimension, null, RollupSplit.Day);
            foreach (var link in Append(answers, rollup, dimension, null, RollupSplit.Link).Select(row => row.LinkId).Distinct().Order())
            {
                Append(answers, rollup, dimension, [link], RollupSplit.Hour);
                Append(answers, rollup, dimension, [link], RollupSplit.Day);
            }
        }

        return answers.ToString();
    }

    public abstract void Dispose();

    protected abstract void LoadDay(long day, VisitorDay visitors);

    private static IReadOnlyCollection<RollupRow> Append(
        StringBuilder text, Func<RollupQuery, IReadOnlyCollection<RollupRow>> rollup, Dimension dimension, long[]? links, RollupSplit split)
    {
        var rows = rollup(new RollupQuery { Dimension = dimension, Links = links, FromHour = -1_000_000, ToHour = 10_000_000, Split = split });
        foreach (var row in rows.OrderBy(row => row.LinkId).ThenBy(row => row.StartMs).ThenBy(row => row.Value, StringComparer.Ordinal))
        {
            text.AppendLine(null, $"{dimension} {links?[0]} {split}: {row}");
        }

        return rows;
    }
}
