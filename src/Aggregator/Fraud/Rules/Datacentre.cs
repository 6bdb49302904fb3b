namespace LinkTracker.Aggregator.Fraud.Rules;

/// <summary>Customers at home do not live in a datacentre; those of a VPN may seem to.</summary>
internal static class Datacentre
{
    public static Finding? Judge(Suspect suspect, Neighbourhood around, RuleInForce rule) =>
        suspect.IsDatacentre == true ? new Finding("The customer's address is in a range of the list of datacentres.") : null;
}
