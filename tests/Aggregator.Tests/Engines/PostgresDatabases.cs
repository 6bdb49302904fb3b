using System.Globalization;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Tests.Engines;

/// <summary>Databases on one server that runs as long as the tests do. Each is a copy of one whose tables are made.</summary>
internal static class PostgresDatabases
{
    private const string Template = "linktracker";

    private static readonly Lazy<Task<PostgresServer>> Server = new(StartAsync);
    private static int _made;

    /// <summary>The connection string of a new one.</summary>
    public static async Task<string> CreateAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"copy{Interlocked.Increment(ref _made)}");
        var server = await Server.Value;
        await server.AskAsync($"CREATE DATABASE {name} TEMPLATE {Template}");
        return server.ConnectionString(name);
    }

    public static async Task DropAsync(IEnumerable<string> connectionStrings)
    {
        foreach (var one in connectionStrings)
        {
            await (await Server.Value).AskAsync($"DROP DATABASE {NameOf(one)} WITH (FORCE)");
        }
    }

    /// <summary>What psql answers there.</summary>
    public static async Task<string> AskAsync(string connectionString, string sql) => await (await Server.Value).AskAsync(sql, NameOf(connectionString));

    /// <summary>Ends the server, if a test needed one.</summary>
    public static async Task EndAsync()
    {
        if (Server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await Server.Value).DisposeAsync();
        }
    }

    private static string NameOf(string connectionString) => connectionString[(connectionString.LastIndexOf('=') + 1)..];

    private static async Task<PostgresServer> StartAsync()
    {
        var server = await PostgresServer.StartAsync();
        await server.AskAsync($"CREATE DATABASE {Template}");
        Database.Open(new PostgresEngine(server.ConnectionString(Template))).Dispose();
        return server;
    }
}
