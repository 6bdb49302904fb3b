using System.Text.Json.Nodes;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Webhooks;

namespace LinkTracker.Aggregator.Customers;

/// <summary>Where the name that a shop has for a customer, and what else tells who it is, stands besides its own row.</summary>
internal static class PersonalData
{
    private static readonly RowWriter<ConversionRow> Keys = new RowWriter<ConversionRow>("conversions", "id")
        .Number("id", row => row.Id)
        .Text("business_key", row => row.BusinessKey);

    private static readonly RowWriter<ConversionRow> Told = new RowWriter<ConversionRow>("conversions", "id")
        .Number("id", row => row.Id)
        .Text("answer", row => row.Answer)
        .Text("request_hash", row => row.RequestHash)
        .Text("metadata", _ => null);

    private static readonly RowWriter<AdjustmentRow> Refunds = new RowWriter<AdjustmentRow>("adjustments", "id")
        .Number("id", row => row.Id)
        .Text("answer", row => row.Answer)
        .Text("request_hash", row => row.RequestHash)
        .Text("reason", _ => null);

    /// <summary>Leads are unique by the shop's id of their customer: they go with it. Who sends one again under the old id gets its answer.</summary>
    /// <param name="stored">As it stands in the database.</param>
    public static void Rename(Session session, RequestHashes hashes, CustomerRow customer, string stored)
    {
        if (stored == customer.ExternalId)
        {
            return;
        }

        var before = customer.ShownId;
        customer.ExternalId = stored;
        var leads = session.Query<ConversionRow>(
            "SELECT id, kind, business_key, request_hash FROM conversions WHERE customer_id = @Id AND kind IN ('lead', 'deferred') AND business_key IS NOT NULL", new { customer.Id });
        RetiredKeys.Add(session, hashes, leads);
        foreach (var lead in leads)
        {
            lead.BusinessKey = BusinessKey.Rename(lead.BusinessKey!, before, customer.ShownId);
        }

        Keys.Update(session, [.. leads]);
    }

    /// <summary>Commissions that follow from a conversion no more are not derived with the others: their keys are changed here.</summary>
    public static void RenameLeftOver(Session session, CustomerRow customer) => session.Execute(
        """
        UPDATE commissions SET order_key = (SELECT v.business_key FROM conversions v WHERE v.id = commissions.conversion_id)
        WHERE customer_id = @Id AND EXISTS (SELECT 1 FROM conversions v WHERE v.id = commissions.conversion_id AND v.business_key <> commissions.order_key)
        """,
        new { customer.Id });

    /// <summary>Also out of the answers that repeats get, with all that the shop sent along, and out of what waits to be told or was told.</summary>
    public static void Erase(Session session, RequestHashes hashes, CustomerRow customer, string stored, long nowMs)
    {
        // :: 1  the name
        Rename(session, hashes, customer, stored);
        (customer.Name, customer.Email, customer.Avatar, customer.Attributes) = (null, null, null, null);
        customer.DeletedAt = nowMs;
        ConversionTables.Customers.Upsert(session, [customer]);

        // :: 2  what was told, and answered
        var told = session.Query<ConversionRow>("SELECT id, answer, request_hash FROM conversions WHERE customer_id = @Id", new { customer.Id });
        var refunds = session.Query<AdjustmentRow>(
            "SELECT * FROM adjustments WHERE conversion_id IN (SELECT id FROM conversions WHERE customer_id = @Id AND kind = 'sale')", new { customer.Id });
        var id = EntityId.Format(EntityId.Customer, customer.Id);
        IdempotencyKeys.Rewrite(session, [.. told.Select(one => one.Answer), .. refunds.Select(one => one.Answer)], id, answer => Anonymous(answer, customer.ShownId));
        foreach (var one in told)
        {
            (one.Answer, one.RequestHash) = (Anonymous(one.Answer, customer.ShownId), HashOf(one.RequestHash));
        }

        foreach (var refund in refunds)
        {
            (refund.Answer, refund.RequestHash) = (Anonymous(refund.Answer, customer.ShownId), HashOf(refund.RequestHash));
        }

        Told.Update(session, [.. told]);
        Refunds.Update(session, [.. refunds]);

        // :: 3  what others are told, and were told with payouts
        StatementStore.Forget(session, customer.Id, customer.ShownId);
        WebhookOutbox.Forget(session, [id, .. refunds.Where(refund => refund.Reason is not null).Select(refund => EntityId.Format(EntityId.Adjustment, refund.Id))]);
    }

    // One without a key tells who it was to whoever tries names; a repeat of it is counted as a conflict, and answered as before.
    private static string HashOf(string stored) => stored.StartsWith(RequestHashes.Keyed, StringComparison.Ordinal) ? stored : "";

    private static string Anonymous(string answer, string externalId)
    {
        // What was kept before deferred leads had answers has none.
        if (answer.Length == 0)
        {
            return answer;
        }

        var json = JsonNode.Parse(answer)!.AsObject();
        if (json["customer"] is JsonObject customer)
        {
            (customer["name"], customer["email"], customer["avatar"], customer["externalId"]) = (null, null, null, externalId);
        }

        foreach (var (holder, free) in new[] { (json, "metadata"), (json["sale"] as JsonObject, "metadata"), (json, "reason"), (json["customer"] as JsonObject, "attributes") })
        {
            if (holder?.ContainsKey(free) == true)
            {
                holder[free] = null;
            }
        }

        return json.ToJsonString(ApiJson.Options);
    }
}
