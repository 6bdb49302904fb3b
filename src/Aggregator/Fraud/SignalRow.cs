using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Fraud;

/// <summary>A row of <c>conversion_signals</c> before it has its conversion: what is kept of a customer's address.</summary>
internal sealed record SignalRow(long Day, long AddressHash, bool? IsDatacentre)
{
    private static readonly string[] Names = ["conversion", "day", "hash", "datacentre"];

    public static void Insert(Session session, IEnumerable<(long Conversion, SignalRow Row)> rows) => session.Later(
        "INSERT INTO conversion_signals (conversion_id, day, address_hash, is_datacentre) VALUES (@conversion, @day, @hash, @datacentre)",
        Names,
        rows.Select(one => new object?[] { one.Conversion, one.Row.Day, one.Row.AddressHash, one.Row.IsDatacentre switch { null => null, true => 1, false => 0 } }));
}
