using System.Numerics;
using LinkTracker.Aggregator.Money;

namespace LinkTracker.Aggregator.Value;

/// <summary>
/// Referrers by how much the customers are worth whom they bring, drawn towards the mean of all while they are few:
/// <code>score = (Σ net of the counted customers + 20 · mean of all) / (counted customers + 20)</code>
/// Counted are all customers of a referrer but its best; so are they in the mean of all. Every step is exact.
/// </summary>
internal sealed class QualityBoard
{
    /// <summary>As many customers of its own weigh as much as the mean of all.</summary>
    public const int PriorWeight = 20;

    // The normal distribution holds 95 % within 1.96 standard deviations; in hundredths.
    private const int Deviations = 196;

    private readonly IReadOnlyDictionary<long, QualitySample> _samples;
    private readonly Dictionary<long, int> _places = [];
    private readonly BigInteger _count;
    private readonly BigInteger _net;
    private readonly BigInteger _squares;

    public QualityBoard(IReadOnlyDictionary<long, QualitySample> samples)
    {
        _samples = samples;
        foreach (var sample in samples.Values)
        {
            (_count, _net, _squares) = (_count + sample.Counted, _net + sample.CountedNet, _squares + sample.CountedSquares);
        }

        Rank();
    }

    /// <summary>Higher is better, equal is a tie. Equal scores are told apart by their evidence: customers, then sales.</summary>
    public int PlaceOf(long partner) => _places.GetValueOrDefault(partner);

    /// <summary>Null when the referrer has no customer with a converted sale.</summary>
    public Quality? Of(long partner)
    {
        if (!_samples.TryGetValue(partner, out var sample))
        {
            return null;
        }

        var mean = Ratio.Of(Measure.Round(sample.Net), sample.Customers);
        var prior = new QualityPrior(PriorWeight, (long)_count, Measure.Round(_net), _count.IsZero ? null : (long)Rounding.HalfEven(_net, _count * Measure.Scale));
        if (_count.IsZero)
        {
            return new Quality(null, null, null, sample.Customers, sample.Counted, 0, mean, prior);
        }

        var (above, below) = (Above(sample), _count * (sample.Counted + PriorWeight) * Measure.Scale);
        var (low, high) = Interval(sample, above, below);
        return new Quality((long)Rounding.HalfEven(above, below), low, high, sample.Customers, sample.Counted, Measure.Round(sample.CountedNet), mean, prior);
    }

    // The score is this over (count · (counted + weight)).
    private BigInteger Above(QualitySample sample) => (sample.CountedNet * _count) + (PriorWeight * _net);

    // 1.96 · s / √(counted + weight), rounded outwards; s² is the variance of all counted customers, so that a few equal ones do not look certain.
    private (long? Low, long? High) Interval(QualitySample sample, BigInteger above, BigInteger below)
    {
        if (_count < 2)
        {
            return (null, null);
        }

        var spread = (_squares * _count) - (_net * _net);
        var square = BigInteger.Pow(Deviations, 2) * spread / (10_000 * _count * (_count - 1) * (sample.Counted + PriorWeight));
        var half = Roots.Floor(square) + (spread.IsZero ? 0 : 1);
        var parts = above * Measure.Scale / below;
        return ((long)BigInteger.Max(0, (parts - half) / Measure.Scale), (long)((parts + half + Measure.Scale - 1) / Measure.Scale));
    }

    private void Rank()
    {
        var ordered = _samples.Order(Comparer<KeyValuePair<long, QualitySample>>.Create((a, b) => Compare(a.Value, b.Value))).ToList();
        var place = 0;
        for (var i = 0; i < ordered.Count; i++)
        {
            place += i == 0 || Compare(ordered[i - 1].Value, ordered[i].Value) != 0 ? 1 : 0;
            _places.Add(ordered[i].Key, place);
        }
    }

    private int Compare(QualitySample a, QualitySample b)
    {
        var score = (Above(a) * (b.Counted + PriorWeight)).CompareTo(Above(b) * (a.Counted + PriorWeight));
        return score != 0 ? score : (a.Customers, a.Sales).CompareTo((b.Customers, b.Sales));
    }
}

/// <summary>How good the customers are whom a referrer brings. Money is in minor units of the report's currency.</summary>
/// <param name="Score">Null while no referrer has a second customer: there is nothing to compare with.</param>
/// <param name="Low">The interval that holds the true value in 95 of 100 cases; null with fewer than two counted customers in all.</param>
/// <param name="Customers">With a converted sale.</param>
/// <param name="Counted">All of them but the best one.</param>
/// <param name="CountedNet">What those are worth.</param>
/// <param name="Mean">What a customer is worth as it is, the best one included.</param>
internal sealed record Quality(long? Score, long? Low, long? High, long Customers, long Counted, long CountedNet, Ratio Mean, QualityPrior Prior);

/// <summary>The mean of all referrers' counted customers, and how much it weighs.</summary>
internal sealed record QualityPrior(int Weight, long Customers, long Net, long? Mean);
