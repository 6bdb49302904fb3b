namespace LinkTracker.Servers;

/// <summary>Waits for what another process will show. Between processes there is no event to await, so it asks again.</summary>
public static class Eventually
{
    /// <summary>How long a test waits for anything: a guard against hanging, not a claim of speed, because all suites share a busy machine.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <exception cref="TimeoutException">It did not hold in time; the message names the fact.</exception>
    public static async Task HoldsAsync(string fact, TimeSpan within, Func<Task<bool>> check)
    {
        var started = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(Pause);
        while (!await check())
        {
            if (TimeProvider.System.GetElapsedTime(started) > within)
            {
                throw new TimeoutException($"did not hold within {within}: {fact}");
            }

            await timer.WaitForNextTickAsync();
        }
    }
}
