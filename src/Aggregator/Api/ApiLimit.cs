using LinkTracker.ServiceDefaults;
using Microsoft.AspNetCore.RateLimiting;

namespace LinkTracker.Aggregator.Api;

/// <summary>
/// How many calls are worked on at once where the store is a server. Each keeps a thread while it waits for an answer, which a network that
/// swallows everything may make long; without a limit calls would take all threads, and nobody be told that the process lives.
/// </summary>
internal static class ApiLimit
{
    private const string Policy = "api";

    /// <summary>More than three times as many as connections to read: more at once would only wait for those.</summary>
    private const int Calls = 64;

    /// <summary>Calls that wait for their turn; who comes then is asked to come back.</summary>
    private const int Waiting = 256;

    // For health, figures that are collected, and whatever goes on in the background.
    private const int OtherThreads = 64;

    /// <summary>A file is never away; in one process with an Edge the API has a few threads of its own besides.</summary>
    public static bool IsNeeded(Settings settings) => settings.PostgresConnection is not null;

    public static IServiceCollection AddApiLimit(this IServiceCollection services) => services.AddRateLimiter(options =>
    {
        options.AddConcurrencyLimiter(Policy, limit => (limit.PermitLimit, limit.QueueLimit) = (Calls, Waiting));
        options.OnRejected = (_, _) => throw ApiError.Unavailable($"{Calls + Waiting} calls are being worked on or wait already. Nothing was changed; try again in some seconds.");
    });

    /// <summary>Lets the pool begin so many threads at once: by itself it begins one or two in a second when the others block.</summary>
    public static void ReserveThreads()
    {
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, Calls + OtherThreads), ports);
    }

    public static void RequireApiLimit(this RouteGroupBuilder api) => api.RequireRateLimiting(Policy);
}
