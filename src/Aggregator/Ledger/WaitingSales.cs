using Dapper;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Money;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>
/// Sales that referrers are credited for and whose rewards wait for an exchange rate, from the sale's currency or to the program's. A rate
/// holds from its day on, so what is missing lies before the first that is known.
/// </summary>
internal sealed class WaitingSales(ExchangeRateStore store, ProgramStore programs)
{
    private const string From =
        """
        FROM conversions s JOIN programs p ON p.id = s.program_id
        WHERE s.kind = 'sale' AND s.currency <> p.currency AND EXISTS (SELECT 1 FROM credits r WHERE r.conversion_id = s.id AND r.partner_id IS NOT NULL)
        """;

    // What has no conversion to the reporting currency has no rate from its own.
    private const string OfSale = "s.converted IS NULL";
    private const string OfProgram = "s.program_id = @lacking AND s.occurred_at < @before";

    /// <summary>By the currency that is missing, how many sales wait for it; without tests.</summary>
    public Dictionary<string, long> Count(Session session)
    {
        var counts = session.Query<CountRow>($"SELECT s.currency, COUNT(*) AS sales {From} AND s.is_test = 0 AND {OfSale} GROUP BY s.currency")
            .ToDictionary(row => row.Currency, row => row.Sales);
        foreach (var (program, before) in Lacking(session))
        {
            var sales = session.First<long>($"SELECT COUNT(*) {From} AND s.is_test = 0 AND {OfProgram}", new { lacking = program.Id, before });
            if (sales > 0)
            {
                counts[program.Currency] = counts.GetValueOrDefault(program.Currency) + sales;
            }
        }

        return counts;
    }

    /// <summary>The oldest first: those whose rate is owed longest.</summary>
    public IReadOnlyList<WaitingSale> List(Session session, WaitingFilter filter)
    {
        var (where, arguments) = filter.Where();
        arguments.AddDynamicParams(filter.ToPage());
        var conditions = new List<string> { OfSale };
        foreach (var (program, before) in Lacking(session))
        {
            conditions.Add($"(s.program_id = @program{conditions.Count} AND s.occurred_at < @before{conditions.Count})");
            arguments.Add("program" + (conditions.Count - 1), program.Id);
            arguments.Add("before" + (conditions.Count - 1), before);
        }

        var sales = session.Query<SaleRow>(
            $"""
            SELECT s.id, s.invoice_id, s.occurred_at, s.amount, s.currency, s.customer_id, s.program_id, p.currency AS program_currency, s.is_test {From}
                AND ({string.Join(" OR ", conditions)}){where}
            ORDER BY s.occurred_at, s.business_key, s.id LIMIT @Limit OFFSET @Offset
            """,
            arguments);
        var rates = store.Load(session);
        var partners = Partners(session, [.. sales.Select(sale => sale.Id)]);
        return [.. sales.Select(sale => sale.ToResponse([.. partners[sale.Id]], Missing(rates, sale)))];
    }

    // Programs in a currency to which no rate is known, or none for all of their time.
    private IEnumerable<(ReferralProgram Program, long Before)> Lacking(Session session)
    {
        var rates = store.Load(session);
        return programs.Load(session).ById.Values.Where(program => program.Currency != store.Reporting)
            .Select(program => (program, rates.KnownSince(program.Currency) ?? long.MaxValue));
    }

    private static ILookup<long, string> Partners(Session session, long[] sales) => session.Query<PartRow>(
        $"SELECT conversion_id, partner_id FROM credits WHERE {session.In("conversion_id", "sales")} AND partner_id IS NOT NULL GROUP BY conversion_id, partner_id ORDER BY MAX(weight) DESC, MIN(position)",
        new { sales }).ToLookup(row => row.ConversionId, row => EntityId.Format(EntityId.Partner, row.PartnerId));

    // A rate that makes more of the amount than can be is as good as none.
    private IReadOnlyList<MissingRate> Missing(ExchangeRates rates, SaleRow sale)
    {
        var date = RateDay.Text(DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(sale.OccurredAt).UtcDateTime));
        var missing = new[] { sale.Currency, sale.ProgramCurrency }.Where(currency => currency != store.Reporting && !(rates.KnownSince(currency) <= sale.OccurredAt)).ToList();
        return [.. missing.DefaultIfEmpty(sale.Currency).Select(currency => new MissingRate(currency, date))];
    }

    private sealed class CountRow
    {
        public string Currency { get; set; } = "";

        public long Sales { get; set; }
    }

    private sealed class PartRow
    {
        public long ConversionId { get; set; }

        public long PartnerId { get; set; }
    }

    private sealed class SaleRow
    {
        public long Id { get; set; }

        public string? InvoiceId { get; set; }

        public long OccurredAt { get; set; }

        public long Amount { get; set; }

        public string Currency { get; set; } = "";

        public long CustomerId { get; set; }

        public long ProgramId { get; set; }

        public string ProgramCurrency { get; set; } = "";

        public bool IsTest { get; set; }

        public WaitingSale ToResponse(IReadOnlyList<string> partners, IReadOnlyList<MissingRate> missing) => new(
            EntityId.Format(EntityId.Sale, Id), InvoiceId, Fields.Time(OccurredAt), Amount, Currency, EntityId.Format(EntityId.Customer, CustomerId),
            EntityId.Format(EntityId.Program, ProgramId), ProgramCurrency, partners, missing, IsTest);
    }
}
