using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Kafka.Tests;

public sealed class ClientEndTests
{
    [Fact]
    public void A_client_that_never_ends_is_left_behind_and_told()
    {
        using var never = new Stuck();
        var logger = new Listener();
        ClientEnd.Of(never, logger);
        Assert.Contains("is left behind", Assert.Single(logger.Lines), StringComparison.Ordinal);
        never.Release();
    }

    [Fact]
    public void What_its_end_has_to_say_is_heard() =>
        Assert.Throws<InvalidOperationException>(() => ClientEnd.Of(new Failing(), NullLogger.Instance));

    private sealed class Stuck : IDisposable
    {
        private readonly ManualResetEventSlim _released = new();

        public void Release() => _released.Set();

        public void Dispose() => _released.Wait();
    }

    private sealed class Failing : IDisposable
    {
        public void Dispose() => throw new InvalidOperationException();
    }

    private sealed class Listener : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
