using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Money;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Webhooks;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>The door for whoever changes something that credit, amounts or rewards follow from: programs, rates, customers.</summary>
internal sealed class Derivations(ProgramStore programs, LedgerBooks ledger, ExchangeRateStore rates, WebhookOutbox webhooks, Settings settings, TimeProvider clock)
{
    /// <summary>With the rules and rates of this transaction.</summary>
    public Derivation Open(Session session) => new(session, programs.Load(session), ledger, rates, webhooks, settings);

    /// <summary>Asks for what every derivation needs, with what else is asked.</summary>
    public static void Foresee(Session session)
    {
        session.Foresee(ProgramStore.Version);
        session.Foresee(SessionLedger.Position);
        session.Foresee(WebhookStore.Version);
    }

    /// <summary>Derives customers from all that was told of them, as if it were told now, and stores what comes out otherwise.</summary>
    /// <param name="customerIds">Some hundred at a time.</param>
    /// <param name="areTouched">Whether who they are changed, which the fraud rules go by; a rate changes amounts only.</param>
    public void Again(Session session, IReadOnlyCollection<long> customerIds, bool areTouched)
    {
        var customers = CustomerRecords.Load(session, customerIds);
        customers.ForEach(customer => customer.IsTouched = areTouched);
        Open(session).Settle(customers, clock.GetUtcNow().ToUnixTimeMilliseconds());
    }
}
