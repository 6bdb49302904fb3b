using System.Text;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Events;

/// <summary>
/// An event for other systems: CloudEvents 1.0, in the binary mode of its Kafka binding, so that the record's value is the data and the
/// attributes are headers. docs/events.md is the contract.
/// </summary>
/// <param name="Id">The same whenever the event is sent again.</param>
/// <param name="AtMs">When it happened, in Unix milliseconds.</param>
/// <param name="LinkId">Events of one link come in order; null when there is none.</param>
/// <param name="Data">JSON.</param>
internal sealed record CloudEvent(string Id, string Type, long AtMs, long? LinkId, byte[] Data)
{
    public const string Click = "com.linktracker.click";
    public const string Lead = "com.linktracker.lead";
    public const string Sale = "com.linktracker.sale";
    public const string Credit = "com.linktracker.credit";

    /// <summary>The record's key: the link.</summary>
    public byte[]? Key => LinkId is { } link ? Encoding.UTF8.GetBytes(EntityId.Format(EntityId.Link, link)) : null;

    /// <param name="source">Whose event it is; with the id it names the event in the whole world.</param>
    public IEnumerable<KeyValuePair<string, byte[]>> Headers(string source) =>
    [
        Header("ce_specversion", "1.0"),
        Header("ce_id", Id),
        Header("ce_source", source),
        Header("ce_type", Type),
        Header("ce_time", Fields.Time(AtMs)),
        Header("content-type", "application/json"),
    ];

    private static KeyValuePair<string, byte[]> Header(string name, string value) => new(name, Encoding.UTF8.GetBytes(value));
}
