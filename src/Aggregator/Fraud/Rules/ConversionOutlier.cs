namespace LinkTracker.Aggregator.Fraud.Rules;

/// <summary>Clicks that nearly all become leads, or customers who nearly all buy, were seldom made by strangers.</summary>
internal static class ConversionOutlier
{
    public static Finding? Judge(Suspect suspect, Neighbourhood around, RuleInForce rule)
    {
        if (around.Rates.Of(suspect.ProgramId, suspect.PartnerId) is not var (own, others))
        {
            return null;
        }

        if (RateTest.IsFarAbove(own.ClickLeads, own.Clicks, others.ClickLeads, others.Clicks, rule.Threshold))
        {
            return new Finding(
                $"In 90 days {RateTest.Words(own.ClickLeads, own.Clicks)} of the referrer's clicks became leads, against {RateTest.Words(others.ClickLeads, others.Clicks)} of all others'.");
        }

        return RateTest.IsFarAbove(own.Buyers, own.Customers, others.Buyers, others.Customers, rule.Threshold)
            ? new Finding(
                $"In 90 days {RateTest.Words(own.Buyers, own.Customers)} of the referrer's customers bought, against {RateTest.Words(others.Buyers, others.Customers)} of all others'.")
            : null;
    }
}
