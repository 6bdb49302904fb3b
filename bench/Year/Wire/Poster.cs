using System.Collections.Concurrent;
using LinkTracker.Year.Plan;

namespace LinkTracker.Year.Wire;

/// <summary>Posts a year in its order of arrival, some at once, holds each repeat's answer against the first, and pays referrers in between.</summary>
internal sealed class Poster(Installation installation, ToldBody bodies, IReadOnlyList<Telling> tellings, Paydays paydays, Progress progress)
{
    private const int PaydaysOfTheYear = 12;

    private readonly int _paydayEvery = (tellings.Count / PaydaysOfTheYear) + 1;
    private readonly ConcurrentDictionary<(ToldKind, int, string), string> _firstAnswers = new();
    private readonly HashSet<(ToldKind, int, string)> _repeated = [.. tellings.Where(telling => telling.IsRepeat).Select(telling => KeyOf(telling.What))];
    private int _next = -1;

    /// <param name="connections">How many are under way at once.</param>
    /// <exception cref="InvalidOperationException">One was refused, or a repeat got another answer than the first.</exception>
    public async Task PostAsync(int connections)
    {
        using var stop = new CancellationTokenSource();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(() => WorkAsync(stop))));
    }

    private async Task WorkAsync(CancellationTokenSource stop)
    {
        try
        {
            while (!stop.IsCancellationRequested && Interlocked.Increment(ref _next) is var next && next < tellings.Count)
            {
                await PostAsync(tellings[next].What);
                progress.Count();

                // The others go on meanwhile.
                if ((next + 1) % _paydayEvery == 0)
                {
                    await paydays.PayAsync();
                }
            }
        }
        catch
        {
            // The others are not to go on for minutes before it is told.
            await stop.CancelAsync();
            throw;
        }
    }

    private async Task PostAsync(Told told)
    {
        var answer = await installation.PostAsync(ToldBody.PathOf(told), bodies.Of(told));
        if (_repeated.Contains(KeyOf(told)) && told.Kind is not ToldKind.Cancellation && _firstAnswers.GetOrAdd(KeyOf(told), answer) != answer)
        {
            throw new InvalidOperationException($"{told.Kind} {told.Key} of {told.CustomerName} was answered twice, and not alike:\n{_firstAnswers[KeyOf(told)]}\n{answer}");
        }
    }

    private static (ToldKind, int, string) KeyOf(Told told) => (told.Kind, told.Customer, told.Key);
}
