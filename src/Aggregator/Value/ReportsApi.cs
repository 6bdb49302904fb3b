using System.Numerics;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Value;

/// <summary>Reports on what referrers are worth. They only read, each on one snapshot of the store.</summary>
internal sealed class ReportsApi(Database database, IClickCounts counts, ProgramStore programs, Simulator simulator, Settings settings, TimeProvider clock)
{
    private readonly PartnerClicks _clicks = new(counts);

    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<ReportsApi>(services);
        var group = routes.MapGroup("/reports").WithTags("Reports");
        group.MapGet("/partners", api.Partners).WithName("reportPartners");
        group.MapGet("/leaderboard", api.Leaderboard).WithName("reportLeaderboard");
        group.MapGet("/metrics", MetricDictionary.Answer).WithName("listMetrics");
    }

    private PartnerReportAnswer Partners([AsParameters] ValueRequest request)
    {
        var isDescending = Fields.OneOf(Fields.Given(request.SortOrder) ?? "desc", "sortOrder", "desc", "asc") == "desc";
        var page = Page.Of(request.Page, request.PageSize, null, null, EntityId.Partner);
        return database.Read(session =>
        {
            // :: 1 — Who is asked for, and the money of all: totals need it in any case.
            var scope = Scope(session, request);
            var partners = scope.Partners(session);
            var figures = new ValueFigures(session, scope, _clicks);

            // :: 2 — The page. Who is equal stands in the order of joining.
            var key = figures.KeyOf(Fields.Given(request.SortBy) ?? "netRevenue");
            var ordered = isDescending ? partners.OrderByDescending(key) : partners.OrderBy(key);
            var shown = ordered.Skip((int)page.Offset).Take((int)page.Limit).ToArray();

            // :: 3 — What takes longer, for the page alone.
            var presented = figures.Present(shown);
            return new PartnerReportAnswer(
                ReportHead.Of(scope), Coverage.Of(session, scope, figures.Books, _clicks.SinceMs), ReportTotals.Of(figures.Books, partners, scope.Measure.Currency),
                partners.Count, presented, LookThrough.Of(simulator, session, scope, presented));
        });
    }

    private LeaderboardAnswer Leaderboard([AsParameters] ValueRequest request)
    {
        var rank = Fields.OneOf(Fields.Given(request.Rank) ?? "revenue", "rank", "volume", "revenue", "quality");
        var page = Page.Of(request.Page, request.PageSize, null, null, EntityId.Partner);
        return database.Read(session =>
        {
            var scope = Scope(session, request);
            var figures = new ValueFigures(session, scope, _clicks);
            var key = figures.KeyOf(rank switch { "volume" => "customers", "revenue" => "netRevenue", _ => "quality" });

            // Who brought nothing is on no board.
            var ranked = Ranked(scope.Partners(session).Where(partner => figures.Books.Of(partner).Sales > 0), key);
            var shown = ranked.Skip((int)page.Offset).Take((int)page.Limit).ToList();
            var ids = shown.Select(entry => entry.Partner).ToArray();
            var (names, people) = (figures.Names(ids), People.Read(session, scope, ids));
            return new LeaderboardAnswer(
                ReportHead.Of(scope), Coverage.Of(session, scope, figures.Books, _clicks.SinceMs), rank, ranked.Count,
                [
                    .. shown.Select(entry =>
                    {
                        var (who, revenue) = (people(entry.Partner), figures.Books.Of(entry.Partner));
                        return new Standing(
                            entry.Rank, EntityId.Format(EntityId.Partner, entry.Partner), names[entry.Partner], who.Leads, who.Customers, revenue.Sales,
                            Measure.Round(revenue.Net), revenue.Unconverted, rank == "quality" ? figures.Quality.Of(entry.Partner) : null);
                    }),
                ]);
        });
    }

    private static List<(long Partner, long Rank)> Ranked(IEnumerable<long> partners, Func<long, BigInteger> key)
    {
        var ranked = new List<(long Partner, long Rank)>();
        BigInteger? last = null;
        foreach (var (value, partner) in partners.Select(partner => (Key: key(partner), partner)).OrderByDescending(entry => entry.Key))
        {
            ranked.Add((partner, last == value ? ranked[^1].Rank : ranked.Count + 1));
            last = value;
        }

        return ranked;
    }

    private ValueScope Scope(Session session, ValueRequest request) => new(request, programs.Load(session), settings.Currency, clock.GetUtcNow());
}
