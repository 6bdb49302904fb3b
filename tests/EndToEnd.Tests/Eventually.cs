namespace LinkTracker.EndToEnd.Tests;

/// <summary>Waits for what another process will show. Between processes there is no event to await, so it asks again.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task HoldsAsync(string fact, TimeSpan within, Func<Task<bool>> check)
    {
        var deadline = TimeProvider.System.GetTimestamp() + (long)(within.TotalSeconds * TimeProvider.System.TimestampFrequency);
        using var timer = new PeriodicTimer(Pause);
        while (!await check())
        {
            Assert.True(TimeProvider.System.GetTimestamp() < deadline, $"did not hold within {within}: {fact}");
            await timer.WaitForNextTickAsync();
        }
    }
}
