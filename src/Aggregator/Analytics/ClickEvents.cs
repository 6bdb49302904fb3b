using System.Text;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Counting.UserAgents;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Analytics;

/// <summary>Finds single clicks in the order of their times.</summary>
internal sealed class ClickEvents(IClickCounts counts, BotRules bots)
{
    /// <summary>A page of the clicks asked for.</summary>
    /// <param name="disposition">Null: whatever it is.</param>
    public List<EventClick> Read(
        IReadOnlySet<long>? links, ClickFilters filters, Period period, Disposition? disposition, EventPage page, CancellationToken cancellation)
    {
        var classifier = new ClickClassifier(bots);

        // The best of what was seen, the worst of them on top: memory for one page and those before it, however many clicks there are.
        var best = new PriorityQueue<EventClick, (long, string)>();
        long Rank(long ms) => page.NewestFirst ? ms : -ms;
        counts.Scan(
            new ClickScan
            {
                FromMs = period.FromMs,
                ToMs = period.ToMs,
                Links = links,
                NewestFirst = page.NewestFirst,
                IsEnough = time => best.Count == page.End && best.TryPeek(out _, out var worst) && Rank(time) < worst.Item1,
            },
            (in StoredClick click) =>
            {
                if (disposition is not null && click.Disposition != disposition)
                {
                    return;
                }

                var traits = classifier.Classify(click.Record);
                if (filters.Allow(traits))
                {
                    var found = ToEvent(click, traits);
                    best.Enqueue(found, (Rank(found.AtMs), found.Id));
                    if (best.Count > page.End)
                    {
                        best.Dequeue();
                    }
                }
            },
            cancellation);

        var ordered = new List<EventClick>(best.Count);
        while (best.TryDequeue(out var click, out _))
        {
            ordered.Add(click);
        }

        ordered.Reverse();
        return [.. ordered.Skip(page.Offset)];
    }

    private static EventClick ToEvent(in StoredClick click, in ClickTraits traits) => new()
    {
        Id = click.Record.Token.ToString(),
        LinkId = click.Record.Token.LinkId,
        AtMs = click.Record.OccurredAtMs,
        Country = traits.Country,
        Device = traits.Device,
        Browser = traits.Browser,
        Os = traits.Os,
        Referrer = traits.Referrer,
        Channel = traits.Channel,
        Trigger = traits.Trigger,
        UserAgent = Encoding.UTF8.GetString(click.Record.UserAgent),
        Disposition = DispositionNames.Of(click.Disposition),
    };
}
