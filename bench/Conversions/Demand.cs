namespace LinkTracker.Conversions;

/// <summary>A figure is worth nothing unless the work was done: what does not hold ends the run.</summary>
internal static class Demand
{
    /// <exception cref="InvalidOperationException">It does not hold.</exception>
    public static void Holds(bool fact, string otherwise)
    {
        if (!fact)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
