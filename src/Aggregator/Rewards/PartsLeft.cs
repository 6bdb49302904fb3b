namespace LinkTracker.Aggregator.Rewards;

/// <summary>What of a sale's tax, shipping and products is there still, as refunds that say what went back take it. Minor units of its currency.</summary>
internal sealed class PartsLeft(CreditedConversion sale)
{
    private readonly Dictionary<string, long> _products = sale.LineItems.GroupBy(line => line.ProductId).ToDictionary(some => some.Key, some => some.Sum(line => line.Amount));

    public long Tax { get; private set; } = sale.Tax;

    public long Shipping { get; private set; } = sale.Shipping;

    /// <summary>After all that went back of the sale. What took no effect took nothing.</summary>
    public static PartsLeft Of(CreditedConversion sale)
    {
        var left = new PartsLeft(sale);
        foreach (var parts in sale.Returns.Where(one => one.Amount > 0).Select(one => one.Parts).OfType<ReturnedParts>())
        {
            left.Take(parts);
        }

        return left;
    }

    /// <summary>Null for a product that was not in the sale.</summary>
    public long? OfProduct(string id) => _products.TryGetValue(id, out var amount) ? amount : null;

    /// <summary>Takes what is asked for, as far as it is there, and returns what that is.</summary>
    public ReturnedParts Take(ReturnedParts asked)
    {
        var taken = new ReturnedParts(Math.Min(asked.Tax, Tax), Math.Min(asked.Shipping, Shipping), asked.Lines?.Select(Take).ToList());
        Tax -= taken.Tax;
        Shipping -= taken.Shipping;
        return taken;
    }

    public LineItem Take(LineItem asked)
    {
        var amount = Math.Min(asked.Amount, OfProduct(asked.ProductId) ?? 0);
        if (amount > 0)
        {
            _products[asked.ProductId] -= amount;
        }

        return asked with { Amount = amount };
    }
}
