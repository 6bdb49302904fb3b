using System.Numerics;

namespace LinkTracker.Aggregator.Value;

/// <summary>
/// What became of a referrer's customers who bought first in the time asked for. An age counts from that first sale; only who is old
/// enough by now is asked about it.
/// </summary>
internal sealed class Cohort
{
    public long Customers { get; init; }

    /// <summary>Net revenue of the first days, in parts of a minor unit, by the number of days; 0 is all days.</summary>
    public Dictionary<int, BigInteger> Net { get; } = [];

    /// <summary>Customers that are that many days old or older.</summary>
    public Dictionary<int, long> Old { get; } = [];

    /// <summary>Who of those has a converted sale; 0 is all of them.</summary>
    public Dictionary<int, long> Priced { get; } = [];

    /// <summary>Who of those that are old enough bought at that age or later, or has a subscription then.</summary>
    public Dictionary<int, long> Kept { get; } = [];

    /// <summary>Sales of any age that are not in the sums, because no rate was known.</summary>
    public long Unconverted { get; private set; }

    /// <summary>Adds what one currency brought at one rate.</summary>
    public void Add(CohortNet row, Measure measure)
    {
        if (measure.Of(row.Net, row.Currency, row.Rate) is null)
        {
            Unconverted = checked(Unconverted + row.Sales);
            return;
        }

        foreach (var (days, net) in new[] { (0, row.Net), (90, row.Net90), (365, row.Net365) })
        {
            Net[days] = Net.GetValueOrDefault(days) + measure.Of(net, row.Currency, row.Rate)!.Value;
        }
    }
}
