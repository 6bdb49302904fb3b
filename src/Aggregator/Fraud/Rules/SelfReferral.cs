namespace LinkTracker.Aggregator.Fraud.Rules;

/// <summary>Whoever refers themselves.</summary>
internal static class SelfReferral
{
    public static Finding? Judge(Suspect suspect, Neighbourhood around, RuleInForce rule)
    {
        var (customer, partner) = (suspect.Customer, suspect.Partner);
        if (customer.Email is { } email && email == partner.Email)
        {
            return new Finding("The customer's e-mail address is the referrer's own, apart from case, dots and what stands behind a plus.");
        }

        if (customer.ExternalId is { Length: > 0 } id && id == partner.ExternalId)
        {
            return new Finding("The customer's external id is the referrer's tenant id.");
        }

        // Colleagues may well refer one another: somebody should look, and nobody should wait for money meanwhile.
        return customer.Email is { IsPublicDomain: false } own && own.Domain == partner.Email?.Domain
            ? new Finding("The addresses of customer and referrer have the same domain, where not everybody gets one.", FraudMode.Flag)
            : null;
    }
}
