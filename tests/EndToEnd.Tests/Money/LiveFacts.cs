using LinkTracker.Year.Plan;

namespace LinkTracker.EndToEnd.Tests.Money;

/// <summary>What happens while the product is killed, behind a year that is over: customers who come by a code and buy, so that nothing waits for a click.</summary>
internal static class LiveFacts
{
    /// <summary>The year with so many customers more, whose facts lie behind a time, in no order of arrival.</summary>
    public static YearPlan AddTo(YearPlan plan, Random random, int customers, long afterMs)
    {
        // Those of the other group have other rules from now on.
        var links = plan.Links.Where(link => !link.Referrer.IsGold).ToArray();
        var at = afterMs;
        var lives = Enumerable.Range(plan.Customers.Count, customers).Select(IReadOnlyList<Told> (customer) =>
        {
            var link = links[random.Next(links.Length)];
            return
            [
                new Told(ToldKind.Lead, customer, ++at) { Key = "Sign up", Code = link },
                new Told(ToldKind.Sale, customer, ++at) { Key = KeyOf(customer), Code = link, Amount = random.Next(100, 50_000), Currency = Telecom.ReportingCurrency },
            ];
        }).ToArray();
        var tellings = lives.SelectMany(life => life).SelectMany(told => Enumerable.Range(0, 1 + random.Next(2)).Select(i => new Telling(told, told.AtMs, IsRepeat: i > 0)));
        var all = plan.Tellings.Concat(tellings).ToArray();
        random.Shuffle(all);
        return plan with { Customers = [.. plan.Customers, .. lives], Tellings = all };
    }

    /// <summary>Whether the shop has no invoice for it: then it is known again by its Idempotency-Key alone.</summary>
    public static bool HasNoInvoice(Told told) => told.Kind is ToldKind.Sale && told.Key == KeyOf(told.Customer);

    private static string KeyOf(int customer) => $"live-{customer}";
}
