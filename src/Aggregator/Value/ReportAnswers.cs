using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Value;

/// <summary>What every report says of itself.</summary>
/// <param name="AsOf">When it was made: ages and refunds are as of then.</param>
/// <param name="Definitions">The version of <c>GET /reports/metrics</c>.</param>
/// <param name="Currency">What converted money is in.</param>
/// <param name="Start">The first hour; null: since ever.</param>
/// <param name="End">The hour behind the last.</param>
internal sealed record ReportHead(string AsOf, string Definitions, string Currency, bool IsTest, string? ProgramId, string? GroupId, string? Country, string? Start, string End)
{
    public static ReportHead Of(ValueScope scope) => new(
        Fields.Time(scope.NowMs), MetricDictionary.Version, scope.Measure.Currency, scope.IsTest, Fields.Given(scope.Request.ProgramId), scope.GroupName, scope.Country,
        scope.Period.FromHour is null ? null : Fields.Time(scope.FromMs), Fields.Time(scope.ToMs));
}

/// <summary>How far the numbers reach.</summary>
/// <param name="ClicksSince">The hour of the first click that was counted; null when none was. Before it there is no zero, but nothing known.</param>
/// <param name="SalesSince">The first sale.</param>
/// <param name="UnconvertedSales">Sales in the time asked for that are in no converted sum.</param>
/// <param name="Notes">In words.</param>
internal sealed record Coverage(string? ClicksSince, string? SalesSince, long UnconvertedSales, IReadOnlyList<string> Notes)
{
    public static Coverage Of(Session session, ValueScope scope, RevenueBooks books, long? clicksSinceMs)
    {
        var salesSince = session.First<long?>($"SELECT c.occurred_at FROM conversions c WHERE {scope.Sales} ORDER BY c.occurred_at LIMIT 1", scope.Arguments());
        var notes = new List<string>
        {
            "Uniques are visitor-days: who comes on two days is two.",
            "Clicks are those of the links that a referrer has now, or had when they were deleted.",
            "Refunds count against the time of their sale, as of now.",
            "A sale or lead that several referrers share counts once for each of them; its amount is divided.",
        };
        Add(clicksSinceMs > scope.FromMs, $"Of clicks before {Fields.Time(clicksSinceMs)} nothing is known.");
        Add(books.Posted.Unconverted > 0, $"For {books.Posted.Unconverted} sales no exchange rate is known: they are in no converted sum.");
        Add(scope.GroupName is not null, "The group is the one that a referrer was in at the end of the time asked for.");
        Add(scope.Country is not null, "The country is that of the credited click; what was credited by a code alone has none.");
        return new Coverage(Fields.Time(clicksSinceMs), Fields.Time(salesSince), books.Posted.Unconverted, notes);

        void Add(bool holds, string note)
        {
            if (holds)
            {
                notes.Add(note);
            }
        }
    }
}

/// <summary>In each currency, posted is the sum of the other three.</summary>
/// <param name="Posted">Every sale, summed by itself.</param>
/// <param name="Referrers">All that are asked for, on whatever page.</param>
/// <param name="OtherReferrers">Those that the filters leave out.</param>
/// <param name="Unattributed">Credited to nobody, or to a link that is no referrer's.</param>
internal sealed record ReportTotals(TotalValue Posted, TotalValue Referrers, TotalValue OtherReferrers, TotalValue Unattributed)
{
    public static ReportTotals Of(RevenueBooks books, IEnumerable<long> partners, string currency)
    {
        var (these, others) = books.Split(partners);
        return new ReportTotals(TotalValue.Of(books.Posted, currency), TotalValue.Of(these, currency), TotalValue.Of(others, currency), TotalValue.Of(books.Unattributed, currency));
    }
}

internal sealed record TotalValue(IReadOnlyList<CurrencyTotal> Revenue, CurrencyTotal Converted)
{
    public static TotalValue Of(Revenue revenue, string currency) => new(
        [.. revenue.ByCurrency.Select(sum => new CurrencyTotal(sum.Key, sum.Value.Gross, sum.Value.Refunds, sum.Value.Net))],
        new CurrencyTotal(currency, Measure.Round(revenue.Gross), Measure.Round(revenue.Refunds), Measure.Round(revenue.Net)));
}

internal sealed record CurrencyTotal(string Currency, long Gross, long Refunds, long Net);

/// <param name="Count">Referrers on all pages.</param>
/// <param name="LookThrough">By another model, in the order of the page; null when none was asked for.</param>
internal sealed record PartnerReportAnswer(
    ReportHead Report, Coverage Coverage, ReportTotals Totals, long Count, IReadOnlyList<PartnerValue> Partners, LookThrough? LookThrough);

/// <param name="Rank">volume, revenue or quality.</param>
/// <param name="Count">Referrers on all pages.</param>
internal sealed record LeaderboardAnswer(ReportHead Report, Coverage Coverage, string Rank, long Count, IReadOnlyList<Standing> Standings);

/// <param name="Rank">From 1; who is exactly equal has the same, and the next one's is by as many higher.</param>
/// <param name="NetRevenue">Converted, minor units.</param>
/// <param name="Quality">On the board of quality alone, and null there for who has no customer with a converted sale.</param>
internal sealed record Standing(long Rank, string PartnerId, string Name, long Leads, long Customers, long Sales, long NetRevenue, long UnconvertedSales, Quality? Quality);
