using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Events;

/// <summary>Who is credited for a lead or a sale from now on, when that is somebody else than was told before, or otherwise divided.</summary>
/// <param name="Id">Of the event: the same whenever it is sent again.</param>
/// <param name="ConversionId">The id under which the lead or the sale was told.</param>
/// <param name="CreditVersion">Of two events about one conversion the higher is the newer; what was told of it first has 1.</param>
/// <param name="OccurredAt">When the lead or the sale happened.</param>
/// <param name="Amount">All of the sale, as it was told; null for a lead, as is the currency.</param>
/// <param name="Credits">All parts, in place of those that were told before; none when it is credited to nobody.</param>
internal sealed record CreditEventData(
    string Id, string ConversionId, string Type, long CreditVersion, string CustomerId, string OccurredAt, string MovedAt, long? Amount, string? Currency, IReadOnlyList<CreditShare> Credits)
{
    public static CreditEventData Of(ConversionRecord conversion, long movedAtMs)
    {
        var row = conversion.Row;
        var id = EntityId.Format(row.Kind == "sale" ? EntityId.Sale : EntityId.Lead, row.Id);
        return new CreditEventData(
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{id}-{row.CreditVersion}"), id, row.Kind, row.CreditVersion, EntityId.Format(EntityId.Customer, row.CustomerId),
            Fields.Time(row.OccurredAt), Fields.Time(movedAtMs), row.Amount, row.Currency, CreditShare.Of(conversion.Credits, row.Kind));
    }
}
