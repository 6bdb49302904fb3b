using LinkTracker.Year.Plan;

namespace LinkTracker.Year.Truth;

/// <summary>What reports must show of the truth, under the names that <see cref="Wire.Reports"/> gives to what they do show.</summary>
internal static class TruthFigures
{
    public static Figures Of(YearTruth truth)
    {
        var figures = new Figures();
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
            figures.Add($"{(earning.IsOfFriend ? "friend of" : "owed to")} referrer {earning.Referrer.Index:00000} {earning.Unit}", earning.Owed);
            figures.Add($"program {earning.Program.Name} owes {earning.Unit}", earning.Owed);
        }

        return figures;
    }

    private static void AddReferrer(Figures figures, string name, ReferrerTruth of)
    {
        figures.Add($"{name} leads", of.Leads);
        figures.Add($"{name} sales", of.Sales);
        figures.Add($"{name} customers", of.Buyers.Count);
        foreach (var (currency, (gross, back)) in of.Money)
        {
            figures.Add($"{name} {currency} gross", gross);
            figures.Add($"{name} {currency} net", gross - back);
        }
    }
}
