using LinkTracker.Year.Plan;

namespace LinkTracker.Year.Truth;

/// <summary>What the reports must say of a year, to the minor unit.</summary>
internal sealed class YearTruth
{
    /// <summary>Of each referrer, by its index; money by currency.</summary>
    public Dictionary<int, ReferrerTruth> Referrers { get; } = [];

    /// <summary>By currency.</summary>
    public SortedDictionary<string, MoneyTruth> Money { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<Earning> Earnings { get; private init; } = [];

    public int Leads { get; private set; }

    public int Sales { get; private set; }

    public static YearTruth Of(YearPlan plan)
    {
        var earnings = new List<Earning>();
        var truth = new YearTruth { Earnings = earnings };
        var ofCustomer = new EarningTruth(plan.Rates);
        foreach (var life in plan.Customers)
        {
            var credited = CreditTruth.Of(life);
            var sales = credited.Where(one => one.Told.Kind is ToldKind.Sale).ToDictionary(one => one.Told.Key, one => SaleTruth.Of(one, life));
            truth.Count(credited, sales);
            foreach (var earning in ofCustomer.Of(credited))
            {
                earnings.Add(earning);
            }
        }

        foreach (var rule in earnings.GroupBy(earning => (earning.Program.Index, earning.Rule.Id)))
        {
            GrantTruth.Grant(rule);
        }

        truth.TakeBack(plan);
        return truth;
    }

    private void TakeBack(YearPlan plan)
    {
        var refunds = plan.Customers.SelectMany(life => life).Where(told => told.Invoice.Length > 0).GroupBy(told => told.Invoice)
            .ToDictionary(some => some.Key, some => some.ToList());
        foreach (var earning in Earnings)
        {
            var amount = earning.For.Told.Amount ?? 0;
            var left = amount;
            foreach (var refund in refunds.GetValueOrDefault(earning.For.Told.Key, []))
            {
                left = Math.Max(0, left - (refund.Amount ?? amount));
            }

            earning.Owed = amount == 0 ? earning.Granted : (long)Exact.HalfEven(new System.Numerics.BigInteger(earning.Granted) * left, amount);
        }
    }

    private void Count(IEnumerable<Credited> credited, Dictionary<string, SaleTruth> sales)
    {
        foreach (var one in credited)
        {
            if (one.Told.Kind is ToldKind.Lead)
            {
                Leads++;
                foreach (var referrer in one.Parts.Select(part => part.Link.Referrer).Distinct())
                {
                    Of(referrer).Leads++;
                }

                continue;
            }

            Sales++;
            var sale = sales[one.Told.Key];
            var money = Money.TryGetValue(one.Told.Currency, out var known) ? known : Money[one.Told.Currency] = new MoneyTruth();
            money.Posted += one.Told.Amount!.Value;
            money.Attributed += sale.Gross.Sum();
            money.Refunded += sale.Refunded;
            foreach (var some in one.Parts.Zip(sale.Gross, sale.Back).GroupBy(part => part.First.Link.Referrer))
            {
                Of(some.Key).Add(one.Told, some.Sum(part => part.Second), some.Sum(part => part.Third));
            }
        }
    }

    private ReferrerTruth Of(Referrer referrer) =>
        Referrers.TryGetValue(referrer.Index, out var known) ? known : Referrers[referrer.Index] = new ReferrerTruth();
}

/// <summary>Minor units of a currency.</summary>
internal sealed class MoneyTruth
{
    public long Posted { get; set; }

    public long Attributed { get; set; }

    public long Refunded { get; set; }
}

/// <summary>What a referrer is credited for.</summary>
internal sealed class ReferrerTruth
{
    public long Leads { get; set; }

    public long Sales { get; set; }

    /// <summary>Customers who bought.</summary>
    public HashSet<int> Buyers { get; } = [];

    /// <summary>By currency, minor units.</summary>
    public Dictionary<string, (long Gross, long Back)> Money { get; } = [];

    public void Add(Told sale, long gross, long back)
    {
        Sales++;
        _ = Buyers.Add(sale.Customer);
        var (had, gone) = Money.GetValueOrDefault(sale.Currency);
        Money[sale.Currency] = (had + gross, gone + back);
    }
}
