using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Money;

/// <summary>Exchange rates to the reporting currency, which the operator gives.</summary>
internal sealed class ExchangeRatesApi(Database database, ExchangeRateStore store, RateFill fill, TimeProvider clock)
{
    private const int MaxItems = 1_000;

    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<ExchangeRatesApi>(services);
        var group = routes.MapGroup("/exchange-rates").WithTags("Exchange rates");
        group.MapPut("", api.PutAsync).WithName("putExchangeRates");
        group.MapGet("", api.List).WithName("listExchangeRates");
    }

    internal async Task<RatesAnswer> PutAsync(BodyList<RateRequest> body, CancellationToken cancellation)
    {
        // :: 1 — All are checked before any is stored.
        var rates = Check(body.Items);

        // :: 2 — All are stored, or none. What was converted by another rate is not converted any more where one of them holds.
        var (changes, spans) = await database.WriteAsync(session => Store(session, body, rates), cancellation);

        // :: 3 — Sales without a conversion get one, and then rewards follow it. Also those of rates that were there already: an earlier
        //        request may have ended between the two, and what was derived before comes out the same.
        var (converted, derived) = (0L, 0L);
        foreach (var currency in rates.Select(rate => rate.Currency).Distinct())
        {
            converted += await fill.FillAsync(currency, cancellation);
        }

        foreach (var span in spans)
        {
            derived += await fill.DeriveAsync(span, cancellation);
        }

        return new RatesAnswer(
            changes.Count(change => change == RateChange.Stored), changes.Count(change => change == RateChange.Replaced),
            changes.Count(change => change == RateChange.None), converted, derived);
    }

    private (List<RateChange> Changes, List<RateSpan> Spans) Store(Session session, BodyList<RateRequest> body, List<DatedRate> rates)
    {
        var changes = rates.Select((rate, i) => ExchangeRateStore.Put(session, rate, Replaces(body, i), i)).ToList();
        var known = ExchangeRates.Load(session, store.Reporting);
        var spans = rates.Select(rate => RateSpan.Of(known, rate)).ToList();
        for (var i = 0; i < spans.Count; i++)
        {
            if (changes[i] != RateChange.None)
            {
                RateFill.Clear(session, spans[i]);
            }
        }

        return (changes, spans);
    }

    private IReadOnlyList<RateResponse> List(string? currency, string? date, int? page, int? pageSize)
    {
        var asked = string.IsNullOrEmpty(currency) ? null : Currencies.Check(currency);
        if (!string.IsNullOrEmpty(date) && RateDay.Parse(date) is null)
        {
            throw ApiError.Unprocessable("date: must be a day such as 2027-01-31.");
        }

        var part = Page.Of(page, pageSize, null, null, "");
        return database.Read<IReadOnlyList<RateResponse>>(session =>
        [
            .. ExchangeRateStore.List(session, asked, string.IsNullOrEmpty(date) ? null : date, part)
                .Select(rate => new RateResponse(rate.Currency, rate.ValidOn, rate.Rate, rate.Source)),
        ]);
    }

    private List<DatedRate> Check(IReadOnlyList<Body<RateRequest>> items)
    {
        Fields.Between(items.Count, "The number of rates", 1, MaxItems);
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var rates = items.Select((item, i) => item.Value.ToRate(i, store.Reporting, today)).ToList();
        var twice = rates.GroupBy(rate => (rate.Currency, rate.ValidOn)).FirstOrDefault(some => some.Count() > 1);
        return twice is null ? rates : throw ApiError.Unprocessable($"date: {twice.Key.Currency} has two rates for {twice.Key.ValidOn}; send one.");
    }

    private static bool Replaces(BodyList<RateRequest> body, int item) => body.Items[item].Value.Replace == true;
}

/// <param name="Date">The day from which on it holds.</param>
/// <param name="Rate">What one unit is worth in the reporting currency.</param>
internal sealed record RateResponse(string Currency, string Date, string Rate, string Source);

/// <param name="Unchanged">How many were there already.</param>
/// <param name="Converted">Sales that were converted now.</param>
/// <param name="Derived">Customers whose rewards were computed now.</param>
internal sealed record RatesAnswer(int Stored, int Replaced, int Unchanged, long Converted, long Derived);
