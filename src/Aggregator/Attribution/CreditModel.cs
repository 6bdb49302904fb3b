using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Attribution;

/// <summary>How the touches that may have credit share it.</summary>
internal static class CreditModel
{
    public const string Last = "last";
    public const string First = "first";
    public const string Linear = "linear";
    public const string Position = "position";
    public const string TimeDecay = "time_decay";

    /// <summary>The weight of each touch: its share is that by the sum of all. Some may be 0, never all.</summary>
    /// <param name="times">When they happened, Unix milliseconds, from the oldest to the newest; at least one.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such model.</exception>
    public static long[] Weigh(AttributionRules rules, IReadOnlyList<long> times)
    {
        var weights = new long[times.Count];
        switch (rules.Model)
        {
            case Last:
                weights[^1] = 1;
                break;
            case First:
                weights[0] = 1;
                break;
            case Linear:
                Array.Fill(weights, 1);
                break;
            case Position:
                WeighByPosition(weights, rules.FirstPercent, rules.LastPercent);
                break;
            case TimeDecay:
                for (var i = 0; i < weights.Length; i++)
                {
                    weights[i] = HalfLife.Weight(times[^1] - times[i], rules.HalfLifeDays * UtcBuckets.DayMs);
                }

                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(rules), rules.Model, "There is no such model.");
        }

        return weights;
    }

    // Times the number of those between, so that the part of each of them is whole too.
    private static void WeighByPosition(long[] weights, int first, int last)
    {
        var between = weights.Length - 2;
        switch (between)
        {
            case -1:
                weights[0] = 1;
                break;
            case 0:
                (weights[0], weights[1]) = first == last ? (1, 1) : (first, last);
                break;
            default:
                Array.Fill(weights, 100 - first - last);
                (weights[0], weights[^1]) = ((long)first * between, (long)last * between);
                break;
        }
    }
}
