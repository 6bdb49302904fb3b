namespace LinkTracker.Aggregator.Fraud.Rules;

/// <summary>
/// More leads of one referrer in a short time than people make. It fires on every lead of such a time, the first ones too, and on what
/// their customers buy.
/// </summary>
internal static class Velocity
{
    private const long MinuteMs = 60_000;

    public static Finding? Judge(Suspect suspect, Neighbourhood around, RuleInForce rule)
    {
        if (suspect.LedAtMs is not { } ledAt || !around.Leads.TryGetValue((suspect.ProgramId, suspect.PartnerId), out var leads))
        {
            return null;
        }

        var most = MostAround(leads, ledAt, rule.Minutes * MinuteMs);
        return most > rule.Threshold ? new Finding($"The customer's lead is one of {most} of the referrer within {rule.Minutes} minutes.") : null;
    }

    /// <summary>The most leads in any span of this length, its end excluded, that holds the time.</summary>
    private static int MostAround(IReadOnlyList<long> leads, long time, long length)
    {
        var most = 0;
        var end = 0;
        for (var start = FirstAfter(leads, time - length); start < leads.Count && leads[start] <= time; start++)
        {
            while (end < leads.Count && leads[end] < leads[start] + length)
            {
                end++;
            }

            most = Math.Max(most, end - start);
        }

        return most;
    }

    private static int FirstAfter(IReadOnlyList<long> times, long time)
    {
        var (from, to) = (0, times.Count);
        while (from < to)
        {
            var middle = (from + to) / 2;
            (from, to) = times[middle] > time ? (from, middle) : (middle + 1, to);
        }

        return from;
    }
}
