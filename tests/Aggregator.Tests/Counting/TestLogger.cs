using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace LinkTracker.Aggregator.Tests.Counting;

/// <summary>Lets a test wait for what is logged.</summary>
internal sealed class TestLogger<T> : ILogger<T>
{
    private readonly Channel<(int Id, Exception? Exception)> _events = Channel.CreateUnbounded<(int, Exception?)>();

    /// <summary>Waits for an event with such an exception.</summary>
    public async Task LoggedAsync<TException>(int id)
    {
        using var limit = new CancellationTokenSource(Eventually.Limit);
        while (await _events.Reader.ReadAsync(limit.Token) is var (seen, exception) && !(seen == id && exception is TException))
        {
        }
    }

    /// <summary>Whether there is such an event among those that nobody looked at yet.</summary>
    public bool HasLogged(int id)
    {
        while (_events.Reader.TryRead(out var seen))
        {
            if (seen.Id == id)
            {
                return true;
            }
        }

        return false;
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _events.Writer.TryWrite((eventId.Id, exception));

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;
}
