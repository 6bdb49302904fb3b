using System.Numerics;

namespace LinkTracker.Aggregator.Value;

/// <summary>The customers of a referrer by what each is worth, in parts of a minor unit.</summary>
internal sealed class QualitySample
{
    private BigInteger _net;
    private BigInteger _squares;
    private BigInteger _best;

    public long Customers { get; private set; }

    public long Sales { get; private set; }

    public BigInteger Net => _net;

    /// <summary>Customers that the score counts: all but the best one. Luck once is no quality.</summary>
    public long Counted => Math.Max(0, Customers - 1);

    public BigInteger CountedNet => _net - _best;

    public BigInteger CountedSquares => _squares - (_best * _best);

    public void Add(BigInteger net, long sales)
    {
        _best = Customers == 0 ? net : BigInteger.Max(_best, net);
        _net += net;
        _squares += net * net;
        Customers++;
        Sales = checked(Sales + sales);
    }
}
