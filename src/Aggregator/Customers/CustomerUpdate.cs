using System.Text.Json.Nodes;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Conversions;

namespace LinkTracker.Aggregator.Customers;

/// <summary>The fields of a customer that a client may set. What is left out stays; null empties.</summary>
internal class CustomerUpdate
{
    /// <summary>The shop's own id of it, at most 100 characters. It cannot be emptied.</summary>
    public virtual string? ExternalId { get; set; }

    public string? Name { get; set; }

    public string? Email { get; set; }

    public string? Avatar { get; set; }

    /// <summary>Strings, numbers and booleans that programs choose by, at most 50; they replace those before.</summary>
    public JsonObject? Attributes { get; set; }

    /// <summary>Since when the shop has had it, ISO 8601: who was there before being referred is no new customer.</summary>
    public string? KnownSince { get; set; }

    /// <summary>Not supported by this version.</summary>
    public string? StripeCustomerId { get; set; }

    /// <summary>Not supported by this version: it is that of the click.</summary>
    public string? Country { get; set; }

    /// <summary>Sets what was sent.</summary>
    /// <exception cref="ApiError">422, naming the field.</exception>
    public void Apply(Func<string, bool> has, CustomerRow row, long nowMs)
    {
        Refuse(StripeCustomerId, "stripeCustomerId");
        Refuse(Country, "country");
        row.Name = has("name") ? Fields.Text(Name, "name", 100) : row.Name;
        row.Email = has("email") ? Fields.Text(Email, "email", 100) : row.Email;
        row.Avatar = has("avatar") ? Fields.Text(Avatar, "avatar", 2_000) : row.Avatar;
        row.Attributes = has("attributes") ? CustomerAttributes.Check(Attributes) : row.Attributes;
        row.KnownSince = has("knownSince") ? CheckKnownSince(nowMs) : row.KnownSince;
    }

    private static void Refuse(string? value, string field)
    {
        if (!string.IsNullOrEmpty(value))
        {
            throw ApiError.Unprocessable($"{field}: not supported by this version; leave it out.");
        }
    }

    // A customer may be older than any conversion that can be told.
    private long? CheckKnownSince(long nowMs) => Fields.Time(KnownSince, "knownSince") switch
    {
        { } since when since > nowMs => OccurredAt.Check(since, "knownSince", nowMs),
        < 0 => throw ApiError.Unprocessable("knownSince: lies before 1970."),
        var since => since,
    };
}
