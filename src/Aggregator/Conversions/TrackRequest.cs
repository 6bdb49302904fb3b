using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Customers;
using LinkTracker.Aggregator.Fraud;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>What every kind of conversion says.</summary>
internal abstract class TrackRequest : IntakeRequest
{
    private const int MostClicks = 20;

    /// <summary>The shop's own id of its customer, at most 100 characters; it may not begin with <c>test:</c>.</summary>
    [Required]
    public string? CustomerExternalId { get; set; }

    /// <summary>Older name of <see cref="CustomerExternalId"/>.</summary>
    public string? ExternalId { get; set; }

    /// <summary>Older name of <see cref="CustomerExternalId"/>.</summary>
    public string? CustomerId { get; set; }

    public string? CustomerName { get; set; }

    public string? CustomerEmail { get; set; }

    public string? CustomerAvatar { get; set; }

    /// <summary>The token that the redirect added to the target.</summary>
    public string? ClickId { get; set; }

    /// <summary>The referrer's code, when the customer typed one.</summary>
    public string? ReferralCode { get; set; }

    public virtual string? EventName { get; set; }

    /// <summary>Anything, at most 10,000 characters of JSON.</summary>
    public JsonObject? Metadata { get; set; }

    /// <summary>Tokens of clicks before <see cref="ClickId"/>, at most 20: models that divide credit count them too.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string[]? ClickIds { get; set; }

    /// <summary>The program whose rules decide; that of the evidence, when left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ProgramId { get; set; }

    /// <summary>The customer's IP address. It is used to look for fraud and kept nowhere, in no hash of the request either.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CustomerIp { get; set; }

    /// <summary>That of <see cref="CustomerIp"/>; null when none was sent.</summary>
    [JsonIgnore]
    public IPAddress? Address { get; private set; }

    /// <summary>Null: none was named.</summary>
    [JsonIgnore]
    public long? NamedProgram { get; private set; }

    /// <summary>Of <see cref="ClickId"/> and <see cref="ClickIds"/>, each once.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Clicks { get; private set; } = [];

    /// <inheritdoc/>
    public override void Check()
    {
        base.Check();
        CustomerExternalId = CheckCustomer(CustomerExternalId ?? ExternalId ?? CustomerId);
        (ExternalId, CustomerId) = (null, null);
        CustomerName = Fields.Text(CustomerName, "customerName", 100);
        CustomerEmail = Fields.Text(CustomerEmail, "customerEmail", 100);
        CustomerAvatar = Fields.Text(CustomerAvatar, "customerAvatar", 2_000);
        if (Metadata?.ToJsonString(ApiJson.Options).Length > 10_000)
        {
            throw ApiError.Unprocessable("metadata: at most 10,000 characters of JSON.");
        }

        if (ClickIds?.Length > MostClicks)
        {
            throw ApiError.Unprocessable($"clickIds: at most {MostClicks}, these are {ClickIds.Length}.");
        }

        ClickIds = ClickIds is { Length: > 0 } ? ClickIds : null;
        Clicks = [.. new[] { ClickId }.Concat(ClickIds ?? []).Select(click => click?.Trim()).OfType<string>().Where(click => click.Length > 0).Distinct(StringComparer.Ordinal)];
        ReferralCode = ClickEvidence.CodeOf(ReferralCode);
        NamedProgram = CheckProgram(ProgramId);
        (Address, CustomerIp) = (CustomerAddress.Parse(CustomerIp), null);
    }

    /// <summary>The shop's id of a customer.</summary>
    internal static string CheckCustomer(string? externalId, string field = "customerExternalId")
    {
        var text = Fields.Required(externalId, field, 100);
        Placeholder.Refuse(text, field);
        foreach (var reserved in new[] { CustomerRecord.TestPrefix, CustomerStore.DeletedPrefix })
        {
            if (text.StartsWith(reserved, StringComparison.Ordinal))
            {
                throw ApiError.Unprocessable($"{field}: may not begin with {reserved}, which stands before ids of customers in test mode or deleted ones (send testMode: true for a test).");
            }
        }

        return text;
    }

    // One that nobody can have gets the same answer as one that nobody has.
    private static long? CheckProgram(string? id) =>
        string.IsNullOrEmpty(id) ? null : EntityId.TryParse(EntityId.Program, id, out var program) ? program : -1;
}
