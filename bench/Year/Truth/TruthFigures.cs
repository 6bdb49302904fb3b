using LinkTracker.Year.Plan;

namespace LinkTracker.Year.Truth;

/// <summary>What reports must show of the truth, under the names that <see cref="Wire.Reports"/> gives to what they do show.</summary>
internal static class TruthFigures
{
    public static Figures Of(YearPlan plan, YearTruth truth)
    {
        var figures = new Figures();
        foreach (var repeat in plan.Tellings.Where(telling => telling.IsRepeat && telling.What.Kind is not ToldKind.Cancellation))
        {
            figures.Add($"all {repeat.What.Kind switch { ToldKind.Lead => "lead", ToldKind.Sale => "sale", _ => "refund" }} repeats", 1);
        }

        figures.Add("all leads", truth.Leads);
        figures.Add("all sales", truth.Sales);
        foreach (var (currency, money) in truth.Money)
        {
            figures.Add($"all {currency} posted", money.Posted);
            figures.Add($"all {currency} attributed", money.Attributed);
            figures.Add($"all {currency} unattributed", money.Posted - money.Attributed);
            figures.Add($"all {currency} refunded", money.Refunded);
        }

        foreach (var (referrer, of) in truth.Referrers)
        {
            AddReferrer(figures, $"referrer {referrer:00000}", of);
        }

        foreach (var earning in truth.Earnings)
        {
            var referrer = earning.Referrer.Label;
            figures.Add($"{(earning.IsOfFriend ? "friends of" : "commissions of")} {referrer} {earning.Unit}", earning.Owed);
            figures.Add($"balance of {(earning.IsOfFriend ? "friends" : referrer)} {earning.Unit}", earning.Owed);
            figures.Add($"balance of program {earning.Program.Name} {earning.Unit}", -earning.Owed);
        }

        return figures;
    }

    private static void AddReferrer(Figures figures, string name, ReferrerTruth of)
    {
        foreach (var report in new[] { "", " reported" })
        {
            figures.Add($"{name} leads{report}", of.Leads);
            figures.Add($"{name} sales{report}", of.Sales);
            figures.Add($"{name} customers{report}", of.Buyers.Count);
        }

        foreach (var (currency, (gross, back)) in of.Money)
        {
            figures.Add($"{name} {currency} gross", gross);
            figures.Add($"{name} {currency} refunds", back);
            if (currency == Telecom.ReportingCurrency)
            {
                figures.Add($"{name} total gross", gross);
                figures.Add($"{name} total net", gross - back);
            }
        }
    }
}
