using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LinkTracker.Aggregator.Analytics;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Counting;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Contracts.Security;
using LinkTracker.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LinkTracker.Aggregator.Tests.Analytics;

/// <summary>The whole Aggregator on a port of its own, fed with clicks by the test.</summary>
public sealed class ReportServer : IAsyncDisposable
{
    public const string Key = "a-key-of-the-tests-only";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("report-");
    private readonly TestLog _log = new();
    private readonly TestSource _source = new();
    private readonly SetClock _clock;
    private readonly WebApplication _app;
    private readonly HttpClient _client = new();
    private ushort _sequence;

    private ReportServer(DateTimeOffset now, string? postgres)
    {
        _clock = new SetClock(now);
        var settings = new Settings
        {
            Data = _folder.FullName,
            AdminKey = Key,
            AggregatorUrl = new Uri("http://127.0.0.1:0"),
            ShortUrl = new Uri("https://go.example"),
            PostgresConnection = postgres,
        };
        var builder = ServiceHost.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(_clock);
        builder.Services.AddSingleton<IClickSource>(_source);
        builder.AddAggregator(settings);
        _app = builder.Build();
        _app.MapAggregator();
    }

    public static DateTimeOffset Noon { get; } = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    public string Url => _app.Urls.First();

    internal IServiceProvider Services => _app.Services;

    public static async Task<ReportServer> StartAsync(DateTimeOffset? now = null, string? postgres = null)
    {
        var server = new ReportServer(now ?? Noon.AddHours(1), postgres);
        await server._app.StartAsync();
        server._client.BaseAddress = new Uri(server.Url);
        server._client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        return server;
    }

    public void SetTime(DateTimeOffset now) => _clock.Now = now;

    /// <summary>A link, and its id as a number.</summary>
    public async Task<(string Id, long Number)> LinkAsync(string key, object? more = null)
    {
        var body = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(more ?? new { }))!.AsObject();
        body["url"] ??= "https://shop.example/" + key;
        body["key"] = key;
        var link = await PostAsync("/links", body);
        var id = link["id"]!.GetValue<string>();
        Assert.True(EntityId.TryParse(EntityId.Link, id, out var number));
        return (id, number);
    }

    /// <summary>Clicks, counted. Returns their tokens.</summary>
    public async Task<string[]> ClickAsync(params TestClick[] clicks)
    {
        var keys = Services.GetRequiredService<InstallationKeys>();
        var first = _log.Count;
        foreach (var click in clicks)
        {
            var token = keys.Mint(click.Link, new ClickIdentity(click.At.ToUnixTimeMilliseconds(), 1, 1, _sequence++));
            _log.AddBytes(click.ToBytes(token.Sealed));
        }

        _source.Deliver(_log.Slice(first, _log.Count));
        await _source.ReleasedAsync(_log.Tail);
        return [.. Enumerable.Range(first, clicks.Length).Select(_log.TokenOf)];
    }

    /// <summary>The tokens of clicks that are not delivered before <see cref="DeliverAsync"/>.</summary>
    public string[] ClickLater(params TestClick[] clicks)
    {
        var keys = Services.GetRequiredService<InstallationKeys>();
        var first = _log.Count;
        foreach (var click in clicks)
        {
            _log.AddBytes(click.ToBytes(keys.Mint(click.Link, new ClickIdentity(click.At.ToUnixTimeMilliseconds(), 1, 1, _sequence++)).Sealed));
        }

        return [.. Enumerable.Range(first, clicks.Length).Select(_log.TokenOf)];
    }

    /// <summary>Delivers entries of the log as they are, and waits until they are done with.</summary>
    public Task DeliverBytesAsync(params byte[][] entries)
    {
        var first = _log.Count;
        foreach (var entry in entries)
        {
            _log.AddBytes(entry);
        }

        _source.Deliver(_log.Slice(first, _log.Count));
        return _source.ReleasedAsync(_log.Tail);
    }

    public Task DeliverAsync()
    {
        _source.Deliver(_log.Whole());
        return _source.ReleasedAsync(_log.Tail);
    }

    /// <summary>Changes counts.db behind the service's back.</summary>
    public void ChangeCounts(string sql)
    {
        using var connection = new CountsDatabase(Path.Combine(_folder.FullName, "counts.db"), _clock).Connect();
        connection.Run(sql);
    }

    internal Task EnrichAsync() => Services.GetRequiredService<ConversionEnricher>().EnrichAsync(CancellationToken.None);

    public async Task<JsonNode> GetAsync(string path)
    {
        using var response = await _client.GetAsync(new Uri(path, UriKind.Relative));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{path}: {text}");
        return JsonNode.Parse(text)!;
    }

    public async Task<(int Status, string Code, string Message)> RefusalAsync(string path)
    {
        using var response = await _client.GetAsync(new Uri(path, UriKind.Relative));
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!;
        return ((int)response.StatusCode, error["code"]!.GetValue<string>(), error["message"]!.GetValue<string>());
    }

    public async Task<JsonNode> PostAsync(string path, object body)
    {
        using var response = await _client.PostAsJsonAsync(new Uri(path, UriKind.Relative), body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{path}: {text}");
        return JsonNode.Parse(text)!;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _client.Dispose();
        _source.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    private sealed class SetClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
