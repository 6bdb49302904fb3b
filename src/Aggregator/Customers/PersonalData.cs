using System.Text.Json.Nodes;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Customers;

/// <summary>Where the name that a shop has for a customer, and what else tells who it is, stands besides its own row.</summary>
internal static class PersonalData
{
    private static readonly RowWriter<ConversionRow> Keys = new RowWriter<ConversionRow>("conversions", "id")
        .Number("id", row => row.Id)
        .Text("business_key", row => row.BusinessKey);

    private static readonly RowWriter<ConversionRow> Answers = new RowWriter<ConversionRow>("conversions", "id")
        .Number("id", row => row.Id)
        .Text("answer", row => row.Answer)
        .Text("metadata", _ => null);

    /// <summary>Leads are unique by the shop's id of their customer: they go with it.</summary>
    /// <param name="stored">As it stands in the database.</param>
    public static void Rename(Session session, CustomerRow customer, string stored)
    {
        var before = customer.ShownId;
        customer.ExternalId = stored;
        var leads = session.Query<ConversionRow>(
            "SELECT id, kind, business_key FROM conversions WHERE customer_id = @Id AND kind IN ('lead', 'deferred') AND business_key IS NOT NULL", new { customer.Id });
        foreach (var lead in leads)
        {
            lead.BusinessKey = BusinessKey.Rename(lead.BusinessKey!, before, customer.ShownId);
        }

        Keys.Update(session, [.. leads]);
    }

    /// <summary>Also out of the answers that repeats get, and with all that the shop sent along.</summary>
    public static void Erase(Session session, CustomerRow customer, string stored, long nowMs)
    {
        Rename(session, customer, stored);
        (customer.Name, customer.Email, customer.Avatar, customer.Attributes) = (null, null, null, null);
        customer.DeletedAt = nowMs;
        ConversionTables.Customers.Upsert(session, [customer]);

        var told = session.Query<ConversionRow>("SELECT id, answer FROM conversions WHERE customer_id = @Id", new { customer.Id });
        foreach (var one in told)
        {
            one.Answer = Anonymous(one.Answer, customer.ShownId);
        }

        Answers.Update(session, [.. told]);
    }

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

        foreach (var holder in new[] { json, json["sale"] as JsonObject }.Where(holder => holder?.ContainsKey("metadata") == true))
        {
            holder!["metadata"] = null;
        }

        return json.ToJsonString(ApiJson.Options);
    }
}
