using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Counting.UserAgents;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Partners;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Analytics;

/// <summary>
/// Answers <c>GET /analytics</c>: one object for a count, else an array of rows, the highest first. Clicks are valid clicks; every row also
/// has the numbers of raw, unique and excluded ones.
/// </summary>
internal sealed class AnalyticsApi(Database database, IClickCounts counts, BotRules bots, LinkPresenter links, Installation installation, Settings settings, TimeProvider clock)
{
    private const int MaxRows = 1_000;
    private const int LinksAtOnce = 1_000;

    private readonly ClickReport _clicks = new(counts, bots);

    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<AnalyticsApi>(services);
        routes.MapGet("/analytics", api.Read).WithTags("Analytics").WithName("retrieveAnalytics").Answers(ReportSchemas.AnalyticsAsync);
        routes.MapGet("/partners/analytics", api.ReadPartner).WithTags("Partners").WithName("retrievePartnerAnalytics").Answers(ReportSchemas.PartnerAsync);
    }

    private object Read([AsParameters] AnalyticsRequest request, CancellationToken cancellation)
    {
        request.RefuseUnsupported();
        var reportEvent = Fields.OneOf(string.IsNullOrEmpty(request.Event) ? "clicks" : request.Event, "event", "clicks", "leads", "sales", "composite");
        var grouping = Grouping.Of(request.GroupBy);
        var period = Period.Of(request, clock.GetUtcNow());
        var filters = new ClickFilters(request);
        return database.Read(session => Report(session, LinkScope.Of(session, request, installation), grouping, period, filters, reportEvent, null, cancellation));
    }

    private object ReadPartner([AsParameters] PartnerAnalyticsRequest asked, CancellationToken cancellation) => database.Read(session =>
    {
        var partner = PartnerStore.Get(session, asked.PartnerId, asked.TenantId).Id;
        var request = asked.ToReport(EntityId.Format(EntityId.Partner, partner));
        request.RefuseUnsupported();
        return Report(
            session, LinkScope.Of(session, request, installation), Grouping.Of(request.GroupBy), Period.Of(request, clock.GetUtcNow()), new ClickFilters(request),
            "composite", partner, cancellation);
    });

    private object Report(
        Session session, LinkScope scope, Grouping grouping, Period period, ClickFilters filters, string reportEvent, long? partner, CancellationToken cancellation)
    {
        var fromHour = Math.Min(period.FromHour ?? FirstHour(session, scope) ?? period.ToHour - 1, period.ToHour - 1);
        var buckets = grouping.Kind == GroupKind.Time
            ? new ZonedBuckets(fromHour, period.ToHour, period.GranularityFrom(fromHour), period.Zone)
            : null;
        var groups = new FigureGroups();
        _clicks.Fill(groups, new ClickQuery(grouping, scope.Links, filters, fromHour, period.ToHour, buckets), cancellation);
        groups = grouping.IsPartner ? OfLinks(session, groups, grouping.LinkGroup!) : groups;
        ConversionReport.Fill(groups, grouping, session, scope, filters, fromHour * UtcBuckets.HourMs, period.ToHour * UtcBuckets.HourMs, buckets);
        if (partner is { } earner)
        {
            EarningsReport.Fill(groups, grouping, session, scope, earner, settings.Currency, fromHour * UtcBuckets.HourMs, period.ToHour * UtcBuckets.HourMs, buckets);
        }

        return grouping.Kind switch
        {
            GroupKind.None => Row(groups[""]),
            GroupKind.Time => buckets!.Starts.Select(start => Row(groups[start], ("start", buckets.Format(start)))).ToList(),
            GroupKind.Link when grouping.LinkGroup is null => LinkRows(session, groups, reportEvent),
            GroupKind.Link when !grouping.IsPartner => ValueRows(OfLinks(session, groups, grouping.LinkGroup), grouping, reportEvent),
            _ => ValueRows(groups, grouping, reportEvent),
        };
    }

    private long? FirstHour(Session session, LinkScope scope)
    {
        var clicks = counts.FirstHour(scope.Links);
        var conversions = ConversionReport.First(session, scope) is { } ms ? UtcBuckets.Hour(ms) : (long?)null;
        return clicks is { } a && conversions is { } b ? Math.Min(a, b) : clicks ?? conversions;
    }

    private List<Dictionary<string, object?>> ValueRows(FigureGroups groups, Grouping grouping, string reportEvent) =>
        [.. Top(groups, reportEvent).Select(group => Row(group.Figures, (grouping.Field, group.Text)))];

    private List<Dictionary<string, object?>> LinkRows(Session session, FigureGroups groups, string reportEvent)
    {
        var top = Top(groups, reportEvent).ToList();
        var rows = LinksOf(session, top.Select(group => group.Number)).ToDictionary(link => link.Id);
        return
        [
            .. top.Where(group => rows.ContainsKey(group.Number)).Select(group =>
            {
                var link = rows[group.Number];
                var id = EntityId.Format(EntityId.Link, link.Id);
                return Row(
                    group.Figures,
                    ("link", id), ("id", id), ("domain", link.Domain), ("key", link.Key), ("shortLink", links.ShortLink(link)), ("url", link.Url),
                    ("createdAt", Fields.Time(link.CreatedAt)), ("title", link.Title), ("comments", link.Comments), ("folderId", null),
                    ("partnerId", EntityId.Format(EntityId.Partner, link.PartnerId)));
            }),
        ];
    }

    private static FigureGroups OfLinks(Session session, FigureGroups byLink, Func<LinkRow, string?> groupOf)
    {
        var groups = new FigureGroups();
        var figures = byLink.All.ToDictionary(group => group.Number, group => group.Figures);
        foreach (var link in LinksOf(session, figures.Keys))
        {
            if (groupOf(link) is { } group)
            {
                groups[group].Add(figures[link.Id]);
            }
        }

        return groups;
    }

    private static IEnumerable<LinkRow> LinksOf(Session session, IEnumerable<long> ids) =>
        ids.Chunk(LinksAtOnce).SelectMany(some => session.Query<LinkRow>($"SELECT * FROM links WHERE {session.In("id", "some")}", new { some }));

    private IEnumerable<(long Number, string Text, Figures Figures)> Top(FigureGroups groups, string reportEvent) => groups.All
        .Where(group => group.Figures.Has(reportEvent))
        .OrderByDescending(group => group.Figures.Rank(reportEvent, settings.Currency))
        .ThenBy(group => group.Text, StringComparer.Ordinal)
        .ThenBy(group => group.Number)
        .Take(MaxRows);

    private Dictionary<string, object?> Row(Figures figures, params ReadOnlySpan<(string Name, object? Value)> group)
    {
        var row = new Dictionary<string, object?>();
        foreach (var (name, value) in group)
        {
            row[name] = value;
        }

        figures.WriteTo(row, settings.Currency);
        return row;
    }
}
