namespace LinkTracker.Aggregator.Fraud.Rules;

/// <summary>A mailbox that was made to be thrown away.</summary>
internal static class DisposableEmail
{
    public static Finding? Judge(Suspect suspect, Neighbourhood around, RuleInForce rule) =>
        suspect.Customer.Email is { } email && around.DisposableDomains?.Contains(email.Domain) == true
            ? new Finding($"The customer's address is at {email.Domain}, which is on the list of throw-away mailboxes.")
            : null;
}
