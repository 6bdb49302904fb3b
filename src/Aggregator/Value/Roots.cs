using System.Numerics;

namespace LinkTracker.Aggregator.Value;

internal static class Roots
{
    /// <summary>The largest whole number whose square is not more than this.</summary>
    /// <param name="square">0 or more.</param>
    public static BigInteger Floor(BigInteger square)
    {
        if (square.IsZero)
        {
            return square;
        }

        // Newton's steps fall from above until they would rise again.
        var root = BigInteger.One << (int)((square.GetBitLength() + 1) / 2);
        for (var next = (root + (square / root)) / 2; next < root; next = (root + (square / root)) / 2)
        {
            root = next;
        }

        return root;
    }
}
