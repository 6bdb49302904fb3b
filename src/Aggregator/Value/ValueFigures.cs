using System.Numerics;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Value;

/// <summary>The figures of referrers, each read when it is needed: what orders a list for all of them, the rest for those on the page.</summary>
internal sealed class ValueFigures(Session session, ValueScope scope, PartnerClicks clicks)
{
    private readonly Lazy<QualityBoard> _quality = new(() => QualityReader.Read(session, scope));

    public RevenueBooks Books { get; } = RevenueBooks.Read(session, scope);

    public QualityBoard Quality => _quality.Value;

    /// <summary>What a list is ordered by, the same number for who is exactly equal.</summary>
    public Func<long, BigInteger> KeyOf(string name)
    {
        switch (name)
        {
            case "netRevenue":
                return partner => Books.Of(partner).Net;
            case "grossRevenue":
                return partner => Books.Of(partner).Gross;
            case "sales":
                return partner => Books.Of(partner).Sales;
            case "quality":
                return partner => Quality.PlaceOf(partner);
            case "clicks":
                var tallies = clicks.Read(session, scope, null);
                return partner => tallies.GetValueOrDefault(partner).Valid;
            case "leads" or "customers":
                var people = People.Read(session, scope, null);
                return partner => name == "leads" ? people(partner).Leads : people(partner).Customers;
            default:
                throw ApiError.Unprocessable("sortBy: must be one of netRevenue, grossRevenue, sales, customers, leads, clicks, quality.");
        }
    }

    public IReadOnlyList<PartnerValue> Present(long[] partners)
    {
        var names = Names(partners);
        var people = People.Read(session, scope, partners);
        var tallies = clicks.Read(session, scope, partners);
        var rewards = PartnerRewards.Read(session, scope, partners);
        var cohorts = CohortReader.Read(session, scope, partners);
        return
        [
            .. partners.Select(id =>
            {
                var (who, tally, revenue, cohort) = (people(id), tallies.GetValueOrDefault(id), Books.Of(id), cohorts.GetValueOrDefault(id) ?? new Cohort());
                return new PartnerValue
                {
                    PartnerId = EntityId.Format(EntityId.Partner, id),
                    Name = names[id],
                    Clicks = tally.Valid,
                    Uniques = tally.Unique,
                    Leads = who.Leads,
                    Customers = who.Customers,
                    NewCustomers = cohort.Customers,
                    Sales = revenue.Sales,
                    Revenue = ByCurrency(revenue, rewards.GetValueOrDefault(id) ?? [], tally.Valid),
                    Converted = ConvertedValue.Of(scope.Measure.Currency, revenue, tally.Valid),
                    ClickToLeadRate = Ratio.Of(who.Leads, tally.Valid),
                    LeadToCustomerRate = Ratio.Of(who.Customers, who.Leads),
                    ClickToCustomerRate = Ratio.Of(who.Customers, tally.Valid),
                    RepeatRate = Ratio.Of(who.Repeating, who.Customers),
                    LifetimeValue = LifetimeValue.Of(cohort),
                    Retention = Retention.Of(cohort),
                    Quality = Quality.Of(id),
                };
            }),
        ];
    }

    public Dictionary<long, string> Names(long[] partners) => session
        .Query<(long Id, string Name)>($"SELECT id, name FROM partners WHERE {session.In("id", "partners")}", new { partners })
        .ToDictionary(row => row.Id, row => row.Name);

    private static List<CurrencyValue> ByCurrency(Revenue revenue, SortedDictionary<string, long> rewards, long clicks) =>
    [
        .. revenue.ByCurrency.Keys.Union(rewards.Keys).Order(StringComparer.Ordinal).Select(currency => CurrencyValue.Of(
            currency, revenue.ByCurrency.GetValueOrDefault(currency) ?? CurrencySum.None, rewards.GetValueOrDefault(currency), clicks)),
    ];
}
