using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Tests.Engines;

/// <summary>Tests that hold whatever engine the relational store runs on. Below each such class stand two: one for SQLite, one for PostgreSQL.</summary>
public abstract class EngineTests : IAsyncLifetime
{
    private readonly Dictionary<string, string> _ofFolders = [];
    private readonly List<string> _databases = [];

    private protected bool IsOnPostgres => GetType().IsDefined(typeof(OnPostgresAttribute), inherit: false);

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public virtual Task DisposeAsync() => PostgresDatabases.DropAsync(_databases);

    /// <summary>An Aggregator with a store of its own. One that is started in a folder again has the store of that folder.</summary>
    private protected async Task<AggregatorServer> StartAsync(string? folder = null, Func<Settings, Settings>? change = null)
    {
        var server = await ServerOfAsync(folder);
        return await AggregatorServer.StartAsync(folder, settings => (change?.Invoke(settings) ?? settings) with { PostgresConnection = server });
    }

    /// <summary>A store by itself.</summary>
    private protected async Task<TestDatabase> OpenDatabaseAsync() => new(await ServerOfAsync(null));

    /// <summary>The connection string for <see cref="Settings.PostgresConnection"/>; null on SQLite.</summary>
    private protected async Task<string?> ServerOfAsync(string? folder)
    {
        if (!IsOnPostgres)
        {
            return null;
        }

        if (folder is not null && _ofFolders.TryGetValue(folder, out var known))
        {
            return known;
        }

        var made = await PostgresDatabases.CreateAsync();
        _databases.Add(made);
        if (folder is not null)
        {
            _ofFolders.Add(folder, made);
        }

        return made;
    }
}
