using System.Globalization;

namespace LinkTracker.Year;

/// <summary>Says how far a run has come, how fast it goes on and what memory the product has: a run whose lines get slower would not end with more customers.</summary>
/// <param name="processId">The product's.</param>
internal sealed class Progress(int processId, TextWriter output, TimeProvider clock)
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(15);

    private readonly long _started = clock.GetTimestamp();
    private int _done;

    /// <summary>One more is done; safe for many threads at once.</summary>
    public void Count() => Interlocked.Increment(ref _done);

    /// <summary>Says what is over, how long it took and what memory the product has then.</summary>
    public async Task OfAsync(string phase, Task work)
    {
        var since = clock.GetTimestamp();
        await work;
        await SayAsync(Text($"{phase} in {clock.GetElapsedTime(since).TotalSeconds:0.0} s"));
    }

    /// <summary>Says every some seconds how many of them are done, until the work is over.</summary>
    /// <exception cref="OperationCanceledException">The work was.</exception>
    public async Task FollowAsync(Task work, int of)
    {
        var (before, since) = (0, clock.GetTimestamp());
        while (await Task.WhenAny(work, Task.Delay(Between, clock)) != work)
        {
            var (done, now) = (Volatile.Read(ref _done), clock.GetTimestamp());
            var minutes = clock.GetElapsedTime(since, now).TotalMinutes;
            await SayAsync(Text($"{done} of {of} requests, {(done - before) / minutes:0} a minute"));
            (before, since) = (done, now);
        }

        await work;
    }

    private Task SayAsync(string what) => output.WriteLineAsync(Text($"{clock.GetElapsedTime(_started):mm\\:ss} {what}, {ResidentMiB()} MiB"));

    // As the kernel accounts for it.
    private long ResidentMiB()
    {
        var line = File.ReadLines($"/proc/{processId}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line["VmRSS:".Length..^"kB".Length], CultureInfo.InvariantCulture) >> 10;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
