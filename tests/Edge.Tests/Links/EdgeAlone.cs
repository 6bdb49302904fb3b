using System.Collections.Concurrent;
using LinkTracker.Contracts.Security;
using LinkTracker.Edge.Links;
using LinkTracker.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LinkTracker.Edge.Tests.Links;

/// <summary>The Edge as a process of its own composes it.</summary>
internal sealed class EdgeAlone : IAsyncDisposable
{
    private readonly DirectoryInfo? _ownFolder;
    private readonly LogLines _log = new();

    public EdgeAlone(string line)
        : this(line, Directory.CreateTempSubdirectory("edge-")) => _ownFolder = new DirectoryInfo(Path.GetDirectoryName(Settings.LinksFile!)!);

    public EdgeAlone(string line, DirectoryInfo folder)
    {
        Settings = new Settings
        {
            Data = Path.Combine(folder.FullName, "data"),
            LinksFile = Path.Combine(folder.FullName, "links.jsonl"),
            EdgeUrl = new Uri("http://127.0.0.1:0"),
            EdgeAdminUrl = new Uri("http://localhost:0"),
            LinkMemoryMiB = 64,
        };
        File.WriteAllText(Settings.LinksFile, line);
        var builder = ServiceHost.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(_log);
        builder.Services.AddSingleton(Settings);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new InstallationKeys(new byte[32]));
        App = builder.AddEdge(Settings).AddLinksFile(Settings).AddEdgeAdmin(Settings).Build();
    }

    public Settings Settings { get; }

    public WebApplication App { get; }

    public LinkTable Table => App.Services.GetRequiredService<LinkTable>();

    /// <summary>Numbers of what was logged, in order.</summary>
    public IEnumerable<int> Logged => _log.Events;

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        _log.Dispose();
        _ownFolder?.Delete(recursive: true);
    }

    private sealed class LogLines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<int> Events { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Events.Enqueue(eventId.Id);

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Dispose()
        {
        }
    }
}
