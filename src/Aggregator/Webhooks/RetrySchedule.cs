using System.Security.Cryptography;

namespace LinkTracker.Aggregator.Webhooks;

/// <summary>When a delivery that failed is tried again: ten attempts over some 75 hours, as Standard Webhooks proposes.</summary>
internal static class RetrySchedule
{
    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <summary>How long to wait after so many attempts, up to a tenth more or less so that not all come back at once; null: never again.</summary>
    public static TimeSpan? After(int attempts) =>
        attempts > Pauses.Length ? null : Pauses[attempts - 1] * (RandomNumberGenerator.GetInt32(900, 1_101) / 1_000.0);
}
