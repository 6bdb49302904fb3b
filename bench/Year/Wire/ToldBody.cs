using System.Globalization;
using System.Text.Json;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Contracts.Security;
using LinkTracker.Year.Plan;

namespace LinkTracker.Year.Wire;

/// <summary>What a shop posts of what it tells.</summary>
/// <param name="keys">The installation's: tokens are minted as its Edges mint them.</param>
internal sealed class ToldBody(InstallationKeys keys, Identities identities)
{
    public static string PathOf(Told told) => told.Kind switch
    {
        ToldKind.Lead => "/track/lead",
        ToldKind.Sale => "/track/sale",
        ToldKind.Cancellation => "/track/cancellation",
        _ => "/track/refund",
    };

    public byte[] Of(Told told)
    {
        using var stream = new MemoryStream(512);
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("occurredAt", DateTimeOffset.FromUnixTimeMilliseconds(told.AtMs).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            Write(json, told);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private void Write(Utf8JsonWriter json, Told told)
    {
        switch (told.Kind)
        {
            case ToldKind.Lead:
                WriteCustomer(json, told);
                json.WriteString("eventName", told.Key);
                WriteEvidence(json, told);
                break;
            case ToldKind.Sale:
                WriteCustomer(json, told);
                json.WriteString("invoiceId", told.Key);
                WriteMoney(json, told);
                json.WriteNumber("tax", told.Tax);
                json.WriteNumber("shipping", told.Shipping);
                json.WriteNumber("discount", told.Discount);
                json.WriteString("subscriptionId", told.Subscription);
                WriteEvidence(json, told);
                break;
            case ToldKind.Cancellation:
                WriteCustomer(json, told);
                json.WriteString("subscriptionId", told.Subscription);
                break;
            default:
                json.WriteString("invoiceId", told.Invoice);
                json.WriteString("refundId", told.Key);
                json.WriteString("type", told.Kind is ToldKind.Refund ? "refund" : "chargeback");
                WriteMoney(json, told);
                break;
        }
    }

    private static void WriteCustomer(Utf8JsonWriter json, Told told)
    {
        json.WriteString("customerExternalId", told.CustomerName);
        if (told.Email is { } email)
        {
            json.WriteString("customerEmail", email);
        }
    }

    private static void WriteMoney(Utf8JsonWriter json, Told told)
    {
        json.WriteString("currency", told.Currency);
        if (told.Amount is { } amount)
        {
            json.WriteNumber("amount", amount);
        }
    }

    private void WriteEvidence(Utf8JsonWriter json, Told told)
    {
        if (told.Code is { } code)
        {
            json.WriteString("referralCode", code.Key);
        }
        else if (told.TypedNonsense)
        {
            json.WriteString("referralCode", "friend-of-a-friend");
        }

        if (told.Clicks.Count > 0)
        {
            json.WriteString("clickId", TokenOf(told.Clicks[^1]));
            json.WriteStartArray("clickIds");
            foreach (var click in told.Clicks.SkipLast(1))
            {
                json.WriteStringValue(TokenOf(click));
            }

            json.WriteEndArray();
        }
    }

    private string TokenOf(Click click) =>
        keys.Mint(identities.LinkNumber(click.Link.Index), new ClickIdentity(click.AtMs, Edge: 1, Boot: 1, click.Sequence)).ToString();
}
