using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Conversions.Lists;

/// <summary>What a shop told, in short; <c>/conversions/{id}/explanation</c> has all of it.</summary>
/// <param name="Type"><c>lead</c>, <c>deferred</c>, <c>sale</c> or <c>event</c>.</param>
/// <param name="Amount">Minor units of <paramref name="Currency"/>; null for what is no sale.</param>
/// <param name="Credited">Whether a link is credited for it.</param>
/// <param name="ProgramId">Whose rules decided; null while nobody is credited.</param>
/// <param name="LinkId">Of the largest part, as <paramref name="PartnerId"/> is.</param>
/// <param name="Conflicts">How often it was told again with another content, which changed nothing.</param>
internal sealed record ConversionResponse(
    string Id,
    string Type,
    string EventName,
    string? InvoiceId,
    string? SubscriptionId,
    string CustomerId,
    string CustomerExternalId,
    long? Amount,
    string? Currency,
    long Refunded,
    bool Credited,
    string? ProgramId,
    int? RuleVersion,
    string? PartnerId,
    string? LinkId,
    string? Method,
    long Conflicts,
    bool TestMode,
    string OccurredAt,
    string ReceivedAt);

/// <summary>A row of the list.</summary>
internal sealed class ConversionRead
{
    public long Id { get; set; }

    public string Kind { get; set; } = "";

    public string EventName { get; set; } = "";

    public string? InvoiceId { get; set; }

    public string? SubscriptionId { get; set; }

    public long CustomerId { get; set; }

    public string ExternalId { get; set; } = "";

    public long? Amount { get; set; }

    public string? Currency { get; set; }

    public long Refunded { get; set; }

    public long? ProgramId { get; set; }

    public int? RuleVersion { get; set; }

    public long? PartnerId { get; set; }

    public long? LinkId { get; set; }

    public string? Method { get; set; }

    public long Conflicts { get; set; }

    public bool IsTest { get; set; }

    public long OccurredAt { get; set; }

    public long ReceivedAt { get; set; }

    public ConversionResponse ToResponse() => new(
        EntityId.Format(StoredConversion.PrefixOf(Kind), Id),
        Kind,
        EventName,
        InvoiceId,
        SubscriptionId,
        EntityId.Format(EntityId.Customer, CustomerId),
        CustomerRecord.ShownId(IsTest, ExternalId),
        Amount,
        Currency,
        Refunded,
        LinkId is not null,
        EntityId.Format(EntityId.Program, ProgramId),
        LinkId is null ? null : RuleVersion,
        EntityId.Format(EntityId.Partner, PartnerId),
        EntityId.Format(EntityId.Link, LinkId),
        Method,
        Conflicts,
        IsTest,
        Fields.Time(OccurredAt),
        Fields.Time(ReceivedAt));
}
