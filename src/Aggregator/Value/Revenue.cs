using System.Numerics;

namespace LinkTracker.Aggregator.Value;

/// <summary>Money of some sales: by currency, and together in one.</summary>
internal sealed class Revenue(Measure measure)
{
    /// <summary>In the order of the currencies.</summary>
    public SortedDictionary<string, CurrencySum> ByCurrency { get; } = new(StringComparer.Ordinal);

    /// <summary>In parts of a minor unit, as <see cref="Measure"/> has them.</summary>
    public BigInteger Gross { get; private set; }

    /// <inheritdoc cref="Gross"/>
    public BigInteger Refunds { get; private set; }

    /// <inheritdoc cref="Gross"/>
    public BigInteger Net => Gross - Refunds;

    /// <summary>Sales that are in the converted sums.</summary>
    public long Converted { get; private set; }

    /// <summary>Sales that are not, because no rate was known.</summary>
    public long Unconverted { get; private set; }

    public long Sales => checked(Converted + Unconverted);

    /// <exception cref="OverflowException">A sum does not fit into 64 bits.</exception>
    public void Add(RevenueRow row)
    {
        ByCurrency[row.Currency] = (ByCurrency.GetValueOrDefault(row.Currency) ?? CurrencySum.None).Plus(new CurrencySum(row.Sales, row.Gross, row.Refunds));
        if (measure.Of(row.Gross, row.Currency, row.Rate) is { } gross && measure.Of(row.Refunds, row.Currency, row.Rate) is { } refunds)
        {
            (Gross, Refunds, Converted) = (Gross + gross, Refunds + refunds, checked(Converted + row.Sales));
        }
        else
        {
            Unconverted = checked(Unconverted + row.Sales);
        }
    }

    public void Add(Revenue other)
    {
        foreach (var (currency, sum) in other.ByCurrency)
        {
            ByCurrency[currency] = (ByCurrency.GetValueOrDefault(currency) ?? CurrencySum.None).Plus(sum);
        }

        (Gross, Refunds) = (Gross + other.Gross, Refunds + other.Refunds);
        (Converted, Unconverted) = checked((Converted + other.Converted, Unconverted + other.Unconverted));
    }
}

/// <summary>Minor units of one currency.</summary>
internal sealed record CurrencySum(long Sales, long Gross, long Refunds)
{
    public static readonly CurrencySum None = new(0, 0, 0);

    public long Net => checked(Gross - Refunds);

    public CurrencySum Plus(CurrencySum other) => checked(new CurrencySum(Sales + other.Sales, Gross + other.Gross, Refunds + other.Refunds));
}

/// <summary>Sales of one referrer in one currency that have the same rate.</summary>
internal sealed class RevenueRow
{
    /// <summary>Null: a link's that is nobody's, or nobody's at all.</summary>
    public long? PartnerId { get; set; }

    public string Currency { get; set; } = "";

    public string? Rate { get; set; }

    public long Sales { get; set; }

    public long Gross { get; set; }

    public long Refunds { get; set; }
}
