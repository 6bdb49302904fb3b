using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Counting.UserAgents;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Analytics;

/// <summary>
/// Sums clicks. Whatever touches one dimension at most is answered from the sums that are kept for ever; what combines
/// several is counted from the single clicks, as far back as those are kept.
/// </summary>
internal sealed class ClickReport(ClickCounts counts, BotRules bots)
{
    public void Fill(FigureGroups groups, Grouping grouping, IReadOnlySet<long>? links, ClickFilters filters, long fromHour, long toHour, ZonedBuckets? buckets)
    {
        var dimensions = filters.Dimensions.ToHashSet();
        if (grouping.Kind == GroupKind.Value)
        {
            dimensions.Add(grouping.Dimension);
        }

        if (dimensions.Count > 1)
        {
            Count(groups, grouping, links, filters, fromHour * UtcBuckets.HourMs, toHour * UtcBuckets.HourMs, buckets);
            return;
        }

        var dimension = dimensions.FirstOrDefault(Dimension.Total);
        var rows = counts.Rollup(new RollupQuery
        {
            Links = links,
            Dimension = dimension,
            FromHour = fromHour,
            ToHour = toHour,
            Split = grouping.Kind switch
            {
                GroupKind.Time => buckets!.AreWholeUtcDays ? RollupSplit.Day : RollupSplit.Hour,
                GroupKind.Link => RollupSplit.Link,
                _ => RollupSplit.None,
            },
        });
        var split = new SortedDictionary<long, ClickTally>();
        foreach (var row in rows.Where(row => filters.Allow(dimension, row.Value)))
        {
            if (grouping.Kind == GroupKind.Time && buckets!.Splits(UtcBuckets.Hour(row.StartMs)))
            {
                var tally = split.GetValueOrDefault(row.StartMs);
                tally.Add(row.Tally);
                split[row.StartMs] = tally;
            }
            else
            {
                GroupOf(groups, grouping, row.LinkId, row.StartMs, row.Value, buckets)?.Add(row.Tally);
            }
        }

        foreach (var (startMs, tally) in split)
        {
            Split(groups, grouping, links, filters, startMs, tally, buckets!);
        }
    }

    // A day of a zone whose offset is not a whole hour begins within an hour: its clicks are parted one by one. Where they are
    // forgotten by now, the hour goes to the bucket in which it began, so that the buckets still add up.
    private void Split(FigureGroups groups, Grouping grouping, IReadOnlySet<long>? links, ClickFilters filters, long startMs, in ClickTally tally, ZonedBuckets buckets)
    {
        var parts = new FigureGroups();
        Count(parts, grouping, links, filters, startMs, startMs + UtcBuckets.HourMs, buckets);
        if (parts.All.Sum(part => part.Figures.Clicks.Raw) != tally.Raw)
        {
            groups[buckets.BucketOf(startMs)].Add(tally);
            return;
        }

        foreach (var (start, _, figures) in parts.All)
        {
            groups[start].Add(figures);
        }
    }

    private void Count(FigureGroups groups, Grouping grouping, IReadOnlySet<long>? links, ClickFilters filters, long fromMs, long toMs, ZonedBuckets? buckets)
    {
        var classifier = new ClickClassifier(bots);
        counts.Scan(new ClickScan { FromMs = fromMs, ToMs = toMs, Links = links }, (in StoredClick click) =>
        {
            var traits = classifier.Classify(click.Record);
            if (filters.Allow(traits))
            {
                var record = click.Record;
                var figures = GroupOf(groups, grouping, record.Token.LinkId, record.OccurredAtMs, traits[grouping.Dimension], buckets);
                figures?.AddClick(click.Disposition, click.Unique);
            }
        });
    }

    private static Figures? GroupOf(FigureGroups groups, Grouping grouping, long linkId, long atMs, string value, ZonedBuckets? buckets) => grouping.Kind switch
    {
        GroupKind.Time => groups[buckets!.BucketOf(atMs)],
        GroupKind.Link => groups[linkId],
        GroupKind.Value => (grouping.ValueOf is { } read ? read(value) : value) is { } group ? groups[group] : null,
        _ => groups[""],
    };
}
