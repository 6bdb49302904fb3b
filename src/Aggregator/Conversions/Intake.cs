using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Events;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Webhooks;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>
/// Takes in what shops tell, many requests in one transaction of the one writer:
/// <code>
///   1  load by sets          all that the requests name: answers, links, customers with all that was told of them
///   2  one by one            in memory; what is refused changes nothing, and harms no other request
///   3  settle                each customer of whom something new was told is derived from all that was told of it, and stored table by table
///   4  save the rest         counts, answers, events for others
/// </code>
/// The cost of a transaction is a few round trips and one flush of the disk, however many requests share it.
/// </summary>
internal sealed class Intake(
    ConversionIntake conversions, RefundIntake refunds, Derivations derivations, IdempotencyKeys keys, ContactHash contacts, RequestHashes hashes, WebhookOutbox webhooks, Settings settings, TimeProvider clock)
{
    /// <summary>Sets the outcome of each call. When this throws, none holds.</summary>
    public int Run(Session session, IReadOnlyList<IntakeCall> calls)
    {
        // :: 1  what they name and the rules in one round trip, what belongs to it in another
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var stored = keys.Find(session, calls.Select(call => call.Idempotency).OfType<IdempotencyKey>());
        var hashOf = calls.ToDictionary(call => call, call => hashes.Of(call.Body));
        var names = new IntakeNames();
        foreach (var (call, hash) in hashOf)
        {
            names.Add(call.Request, hash, hashes);
        }

        var named = NamedRows.Ask(session, names, contacts, hashes, settings.DefaultDomain);
        Derivations.Foresee(session);
        var derivation = derivations.Open(session);
        var batch = new IntakeBatch(session, named, derivation.Programs, now);

        // :: 2
        var fresh = new List<(IdempotencyKey, StoredAnswer)>();
        foreach (var call in calls)
        {
            call.Outcome = TryAnswer(call);
        }

        // :: 3
        derivation.Settle(batch.Touched, now);

        // :: 4
        batch.Save();
        keys.Save(session, fresh);
        if (settings.PublishEvents)
        {
            EventOutbox.Add(session, batch.Added);
        }

        webhooks.Add(session, [.. IntakeEvents.Of(batch)]);

        return calls.Count;

        (StoredAnswer?, ApiError?) TryAnswer(IntakeCall call)
        {
            try
            {
                return (AnswerOnce(call), null);
            }
            catch (ApiError refusal)
            {
                return (null, refusal);
            }
        }

        StoredAnswer AnswerOnce(IntakeCall call)
        {
            if (call.Idempotency is not { } key)
            {
                return Answer(batch, derivation, call.Request, hashOf[call]);
            }

            if (IdempotencyKeys.Repeat(stored, key) is { } repeat)
            {
                return repeat;
            }

            var answer = Answer(batch, derivation, call.Request, hashOf[call]);
            stored.Add(key.Hash, (key.Fingerprint, answer));
            fresh.Add((key, answer));
            return answer;
        }
    }

    private StoredAnswer Answer(IntakeBatch batch, Derivation derivation, IntakeRequest request, RequestHash hash) => new(StatusCodes.Status200OK, request switch
    {
        LeadRequest lead => conversions.Lead(batch, derivation, lead, hash),
        SaleRequest sale => conversions.Sale(batch, sale, hash),
        EventRequest other => conversions.Event(batch, other, hash),
        RefundRequest refund => refunds.Refund(batch, derivation, refund, hash),
        CancellationRequest cancellation => refunds.Cancel(batch, cancellation),
        var unknown => throw new InvalidOperationException($"{unknown.GetType().Name} is nothing that is taken in."),
    });
}
