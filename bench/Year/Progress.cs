using System.Diagnostics;
using System.Globalization;

namespace LinkTracker.Year;

/// <summary>
/// Says how far a run has come, how fast it goes on, and what memory and processor time the product takes. When a request takes more and more
/// of the processor, the run would not end with more customers; that also shows on a machine that others use.
/// </summary>
internal sealed class Progress : IDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(15);

    private readonly Process _product;
    private readonly TextWriter _output;
    private readonly TimeProvider _clock;
    private readonly long _started;
    private int _done;

    /// <param name="processId">The product's.</param>
    public Progress(int processId, TextWriter output, TimeProvider clock) =>
        (_product, _output, _clock, _started) = (Process.GetProcessById(processId), output, clock, clock.GetTimestamp());

    /// <summary>One more is done; safe for many threads at once.</summary>
    public void Count() => Interlocked.Increment(ref _done);

    /// <summary>Says what is over, and how long it took.</summary>
    public async Task OfAsync(string phase, Task work)
    {
        var (since, cpu) = (_clock.GetTimestamp(), Processor());
        await work;
        await SayAsync(Text($"{phase} in {_clock.GetElapsedTime(since).TotalSeconds:0.0} s, {(Processor() - cpu).TotalSeconds:0.0} s of the processor"));
    }

    /// <summary>Says every some seconds how many of them are done, until the work is over.</summary>
    /// <exception cref="OperationCanceledException">The work was.</exception>
    public async Task FollowAsync(Task work, int of)
    {
        var (before, since, cpu) = (0, _clock.GetTimestamp(), Processor());
        while (await Task.WhenAny(work, Task.Delay(Between, _clock)) != work)
        {
            var (done, now, taken) = (Volatile.Read(ref _done), _clock.GetTimestamp(), Processor());
            var (some, minutes) = (done - before, _clock.GetElapsedTime(since, now).TotalMinutes);
            await SayAsync(Text($"{done} of {of} requests, {some / minutes:0} a minute, {(taken - cpu).TotalMilliseconds / Math.Max(1, some):0.00} ms of the processor each"));
            (before, since, cpu) = (done, now, taken);
        }

        await work;
    }

    public void Dispose() => _product.Dispose();

    private TimeSpan Processor()
    {
        _product.Refresh();
        return _product.TotalProcessorTime;
    }

    private Task SayAsync(string what) =>
        _output.WriteLineAsync(Text($"{_clock.GetElapsedTime(_started):mm\\:ss} {what}, {_product.WorkingSet64 >> 20} MiB"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
