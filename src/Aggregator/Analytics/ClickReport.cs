using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Counting.UserAgents;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Analytics;

/// <summary>What clicks to sum, and how.</summary>
/// <param name="Links">Null: all.</param>
/// <param name="Buckets">For <see cref="GroupKind.Time"/>.</param>
internal sealed record ClickQuery(Grouping Grouping, IReadOnlySet<long>? Links, ClickFilters Filters, long FromHour, long ToHour, ZonedBuckets? Buckets);

/// <summary>
/// Sums clicks. Whatever touches one dimension at most is answered from the sums that are kept for ever; what combines
/// several is counted from the single clicks, as far back as those are kept.
/// </summary>
internal sealed class ClickReport(IClickCounts counts, BotRules bots)
{
    /// <exception cref="ApiError">422 when single clicks are needed of which some are not there any more.</exception>
    public void Fill(FigureGroups groups, ClickQuery query, CancellationToken cancellation)
    {
        var dimensions = query.Filters.Dimensions.ToHashSet();
        if (query.Grouping.Kind == GroupKind.Value)
        {
            dimensions.Add(query.Grouping.Dimension);
        }

        if (dimensions.Count > 1)
        {
            Count(groups, query, dimensions, cancellation);
        }
        else
        {
            Sum(groups, query, dimensions.FirstOrDefault(Dimension.Total), cancellation);
        }
    }

    private void Sum(FigureGroups groups, ClickQuery query, Dimension dimension, CancellationToken cancellation)
    {
        var isByTime = query.Grouping.Kind == GroupKind.Time;
        var rows = Rollup(query, dimension, query.Grouping.Kind switch
        {
            GroupKind.Time => query.Buckets!.AreWholeUtcDays ? RollupSplit.Day : RollupSplit.Hour,
            GroupKind.Link => RollupSplit.Link,
            _ => RollupSplit.None,
        });
        var split = new Dictionary<long, ClickTally>();
        foreach (var row in rows.Where(row => query.Filters.Allow(dimension, row.Value)))
        {
            if (isByTime && query.Buckets!.Splits(UtcBuckets.Hour(row.StartMs)))
            {
                var tally = split.GetValueOrDefault(UtcBuckets.Hour(row.StartMs));
                tally.Add(row.Tally);
                split[UtcBuckets.Hour(row.StartMs)] = tally;
            }
            else
            {
                GroupOf(groups, query, row.LinkId, row.StartMs, row.Value)?.Add(row.Tally);
            }
        }

        if (split.Count > 0)
        {
            Split(groups, query, split, cancellation);
        }
    }

    // A day of a zone whose offset is not a whole hour begins within an hour: its clicks are parted one by one. Where they are
    // forgotten by now, the hour goes to the bucket in which it began, so that the buckets still add up.
    private void Split(FigureGroups groups, ClickQuery query, Dictionary<long, ClickTally> split, CancellationToken cancellation)
    {
        var parts = split.Keys.ToDictionary(hour => hour, _ => new FigureGroups());
        var span = query with { FromHour = split.Keys.Min(), ToHour = split.Keys.Max() + 1 };
        Scan(span, split.Keys.ToHashSet(), (in StoredClick click, in ClickTraits traits, long hour) =>
        {
            if (query.Filters.Allow(traits))
            {
                parts[hour][query.Buckets!.BucketOf(click.Record.OccurredAtMs)].AddClick(click.Disposition, click.Unique);
            }
        }, cancellation);
        foreach (var (hour, tally) in split)
        {
            if (parts[hour].All.Sum(part => part.Figures.Clicks.Raw) < tally.Raw)
            {
                groups[query.Buckets!.BucketOf(hour * UtcBuckets.HourMs)].Add(tally);
                continue;
            }

            foreach (var (start, _, figures) in parts[hour].All)
            {
                groups[start].Add(figures);
            }
        }
    }

    private void Count(FigureGroups groups, ClickQuery query, IReadOnlySet<Dimension> dimensions, CancellationToken cancellation)
    {
        // Before the clicks: what is counted meanwhile must not look as if it were missing.
        var expected = Rollup(query, Dimension.Total, RollupSplit.Hour);
        var found = new Dictionary<long, long>();
        Scan(query, null, (in StoredClick click, in ClickTraits traits, long hour) =>
        {
            found[hour] = found.GetValueOrDefault(hour) + 1;
            if (query.Filters.Allow(traits))
            {
                var record = click.Record;
                GroupOf(groups, query, record.Token.LinkId, record.OccurredAtMs, traits[query.Grouping.Dimension])?.AddClick(click.Disposition, click.Unique);
            }
        }, cancellation);
        if (expected.Where(row => found.GetValueOrDefault(UtcBuckets.Hour(row.StartMs)) < row.Tally.Raw).Select(row => (long?)row.StartMs).Max() is { } last)
        {
            throw ApiError.Unprocessable(
                $"start: {string.Join(" and ", dimensions.Order().Select(NameOf))} together are counted from single clicks, and of those before "
                + $"{Fields.Time(last + UtcBuckets.HourMs)} not all are kept any more (Aggregator__ClickRetentionDays). Begin there or later, or ask about one of them alone.");
        }
    }

    private IReadOnlyCollection<RollupRow> Rollup(ClickQuery query, Dimension dimension, RollupSplit split) => counts.Rollup(new RollupQuery
    {
        Links = query.Links,
        Dimension = dimension,
        FromHour = query.FromHour,
        ToHour = query.ToHour,
        Split = split,
    });

    private void Scan(ClickQuery query, IReadOnlySet<long>? hours, ClassifiedVisit visit, CancellationToken cancellation)
    {
        var classifier = new ClickClassifier(bots);
        var scan = new ClickScan
        {
            FromMs = query.FromHour * UtcBuckets.HourMs,
            ToMs = query.ToHour * UtcBuckets.HourMs,
            Hours = hours,
            Links = query.Links,
        };
        counts.Scan(scan, (in StoredClick click) => visit(click, classifier.Classify(click.Record), UtcBuckets.Hour(click.Record.OccurredAtMs)), cancellation);
    }

    private static Figures? GroupOf(FigureGroups groups, ClickQuery query, long linkId, long atMs, string value) => query.Grouping.Kind switch
    {
        GroupKind.Time => groups[query.Buckets!.BucketOf(atMs)],
        GroupKind.Link => groups[linkId],
        GroupKind.Value => (query.Grouping.ValueOf is { } read ? read(value) : value) is { } group ? groups[group] : null,
        _ => groups[""],
    };

    // As the parameters are called.
    private static string NameOf(Dimension dimension) => dimension switch
    {
        Dimension.Country => "country",
        Dimension.Device => "device",
        Dimension.Browser => "browser",
        Dimension.Os => "os",
        Dimension.Referrer => "referer",
        Dimension.Channel => "channel",
        _ => "trigger",
    };

    private delegate void ClassifiedVisit(in StoredClick click, in ClickTraits traits, long hour);
}
