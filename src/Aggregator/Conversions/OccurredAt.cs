using LinkTracker.Aggregator.Api;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>When something may have happened that is told now.</summary>
internal static class OccurredAt
{
    private const long AheadMs = 5 * 60_000;
    private const int YearsBack = 5;

    /// <summary>The time that was told, Unix milliseconds, or now.</summary>
    /// <exception cref="ApiError">422 for more than 5 minutes ahead, which no two clocks differ by, and for more than 5 years back.</exception>
    public static long Check(long? toldMs, string field, long nowMs)
    {
        var told = toldMs ?? nowMs;
        if (told > nowMs + AheadMs)
        {
            throw ApiError.Unprocessable($"{field}: lies in the future ({Fields.Time(told)}); it may be at most 5 minutes ahead.");
        }

        return told >= DateTimeOffset.FromUnixTimeMilliseconds(nowMs).AddYears(-YearsBack).ToUnixTimeMilliseconds()
            ? told
            : throw ApiError.Unprocessable($"{field}: lies too far back ({Fields.Time(told)}); it may be at most {YearsBack} years ago.");
    }
}
