using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Money;
using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>A line of a sale, or what came back of it.</summary>
internal sealed class LineItemRequest
{
    public string? ProductId { get; set; }

    public string? Name { get; set; }

    /// <summary>1 to 1,000,000; 1 when left out.</summary>
    public int? Quantity { get; set; }

    /// <summary>Of all pieces together, minor units of the sale's currency.</summary>
    public long? Amount { get; set; }

    /// <summary>Returns its amount.</summary>
    /// <param name="rest">What of the whole amount the lines before it left.</param>
    public long Check(string field, long rest)
    {
        ProductId = Fields.Required(ProductId, field + ".productId", 100);
        Name = Fields.Text(Name, field + ".name", 255);
        Quantity = (int)Fields.Between(Quantity ?? 1, field + ".quantity", 1, 1_000_000);
        Amount = Fields.Between(Amount ?? throw ApiError.Unprocessable($"{field}.amount: is needed."), field + ".amount", 0, Amounts.Max);
        return Amount <= rest ? Amount.Value : throw ApiError.Unprocessable($"{field}.amount: the lines together are more than the amount.");
    }

    public LineItem ToLineItem() => new(ProductId!, Name, Quantity!.Value, Amount!.Value);
}
