using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>Conversions, each stored once for ever under its business key together with the answer it got.</summary>
internal static class ConversionStore
{
    /// <summary>
    /// The answer to the first request with this key; null when this is the first. A repeat that says something else is
    /// counted as a conflict and changes nothing more.
    /// </summary>
    public static string? Repeat(Session session, string? businessKey, string requestHash)
    {
        var first = businessKey is null ? null
            : session.First<ConversionRow>("SELECT answer, request_hash, kind FROM conversions WHERE business_key = @businessKey", new { businessKey });
        if (first is null)
        {
            return null;
        }

        var isConflict = first.RequestHash != requestHash;
        session.Add(first.Kind + (isConflict ? "_conflicts" : "_repeats"), 1);
        if (isConflict)
        {
            session.Execute("UPDATE conversions SET conflicts = conflicts + 1 WHERE business_key = @businessKey", new { businessKey });
        }

        return first.Answer;
    }

    /// <summary>The newest credited lead of a customer, of one event name if it is given.</summary>
    public static ConversionRow? LatestLead(Session session, long customerId, string? eventName) => session.First<ConversionRow>(
        """
        SELECT * FROM conversions
        WHERE customer_id = @customerId AND kind = 'lead' AND link_id IS NOT NULL AND (@eventName IS NULL OR event_name = @eventName)
        ORDER BY occurred_at DESC, id DESC LIMIT 1
        """,
        new { customerId, eventName });

    public static void Insert(Session session, ConversionRow row) => session.Execute(
        """
        INSERT INTO conversions (id, kind, business_key, customer_id, link_id, partner_id, click_token, clicked_at, method, decision, event_name,
            occurred_at, amount, currency, payment_processor, invoice_id, quantity, metadata, answer, request_hash, conflicts, enriched)
        VALUES (@Id, @Kind, @BusinessKey, @CustomerId, @LinkId, @PartnerId, @ClickToken, @ClickedAt, @Method, @Decision, @EventName,
            @OccurredAt, @Amount, @Currency, @PaymentProcessor, @InvoiceId, @Quantity, @Metadata, @Answer, @RequestHash, 0, @Enriched)
        """,
        row);
}
