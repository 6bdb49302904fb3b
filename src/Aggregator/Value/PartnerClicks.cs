using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Value;

/// <summary>Clicks on the links that referrers have, or had when the links were deleted.</summary>
internal sealed class PartnerClicks(IClickCounts counts)
{
    /// <summary>Unix milliseconds of the hour of the first click of all; null when there is none.</summary>
    public long? SinceMs => counts.FirstHour(null) is { } hour ? hour * UtcBuckets.HourMs : null;

    /// <param name="partners">Null: all.</param>
    /// <exception cref="CountsException">The counts could not be read now.</exception>
    public Dictionary<long, ClickTally> Read(Session session, ValueScope scope, IReadOnlyCollection<long>? partners)
    {
        var owners = session.Query<(long Link, long Partner)>(
            $"SELECT l.id, l.partner_id FROM links l WHERE {(partners is null ? "l.partner_id IS NOT NULL" : session.In("l.partner_id", "partners"))}{scope.OnLinks}",
            scope.Arguments(partners)).ToDictionary(row => row.Link, row => row.Partner);
        var clicks = new Dictionary<long, ClickTally>();
        if (owners.Count == 0 || (scope.Period.FromHour ?? counts.FirstHour(owners.Keys)) is not { } from)
        {
            return clicks;
        }

        var query = new RollupQuery
        {
            Links = owners.Keys,
            Dimension = scope.Country is null ? Dimension.Total : Dimension.Country,
            FromHour = Math.Min(from, scope.Period.ToHour - 1),
            ToHour = scope.Period.ToHour,
            Split = RollupSplit.Link,
        };
        foreach (var row in counts.Rollup(query).Where(row => scope.Country is null || row.Value == scope.Country))
        {
            var tally = clicks.GetValueOrDefault(owners[row.LinkId]);
            tally.Add(row.Tally);
            clicks[owners[row.LinkId]] = tally;
        }

        return clicks;
    }
}
