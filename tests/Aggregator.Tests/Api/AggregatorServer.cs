using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Counting;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Contracts.Security;
using LinkTracker.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LinkTracker.Aggregator.Tests.Api;

/// <summary>An Aggregator over real Kestrel on a free port, with a data folder and a clock of its own.</summary>
internal sealed class AggregatorServer : IAsyncDisposable
{
    public const string Key = "test-key-of-sixteen-or-more";
    public const string Domain = "go.example.com";

    private static readonly byte[] Secret = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly InstallationKeys Keys = new(Secret);

    private readonly bool _ownsFolder;
    private int _sequence;

    private AggregatorServer(WebApplication app, string folder, bool ownsFolder, TestClock clock)
    {
        App = app;
        Folder = folder;
        _ownsFolder = ownsFolder;
        Clock = clock;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public WebApplication App { get; }

    public string Folder { get; }

    public TestClock Clock { get; }

    public HttpClient Client { get; }

    public Database Database => App.Services.GetRequiredService<Database>();

    public static async Task<AggregatorServer> StartAsync(string? folder = null, Func<Settings, Settings>? change = null)
    {
        var path = folder ?? Directory.CreateTempSubdirectory("linktracker-").FullName;
        var settings = new Settings
        {
            Data = path,
            AdminKey = Key,
            Secret = Secret,
            ShortUrl = new Uri("https://" + Domain),
            AggregatorUrl = new Uri("http://127.0.0.1:0"),
        };
        var clock = new TestClock();
        var builder = ServiceHost.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddSingleton<IClickSource, TestSource>();
        builder.AddAggregator(change?.Invoke(settings) ?? settings);
        var app = builder.Build().MapAggregator();
        await app.StartAsync();
        return new AggregatorServer(app, path, folder is null, clock);
    }

    public Task<Reply> GetAsync(string path, string? key = Key) => SendAsync(HttpMethod.Get, path, null, key);

    public Task<Reply> PostAsync(string path, object body) => SendAsync(HttpMethod.Post, path, Json(body));

    public Task<Reply> PutAsync(string path, object body) => SendAsync(HttpMethod.Put, path, Json(body));

    public Task<Reply> PatchAsync(string path, object body) => SendAsync(HttpMethod.Patch, path, Json(body));

    public Task<Reply> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    /// <summary>A body as text, or none.</summary>
    public Task<Reply> SendAsync(HttpMethod method, string path, string? body, string? key = Key, string mediaType = "application/json") =>
        SendAsync(method, path, body is null ? null : Encoding.UTF8.GetBytes(body), key, mediaType);

    public async Task<Reply> SendAsync(HttpMethod method, string path, byte[]? body, string? key, string mediaType)
    {
        using var request = new HttpRequestMessage(method, path);
        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        }

        using var response = await Client.SendAsync(request);
        return new Reply(response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Makes a link and returns its id on the wire.</summary>
    public async Task<string> HasLinkAsync(string key, object? fields = null)
    {
        var body = JsonSerializer.SerializeToNode(fields ?? new { })!.AsObject();
        body["key"] = key;
        body.TryAdd("url", "https://shop.example.com/" + key);
        return (await PostAsync("/links", body)).Ok().GetProperty("id").GetString()!;
    }

    /// <summary>The token of a click on the link, as this installation's Edge would mint it.</summary>
    public string Click(string linkId, DateTimeOffset? at = null)
    {
        Assert.True(EntityId.TryParse(EntityId.Link, linkId, out var id));
        var time = (at ?? Clock.GetUtcNow()).ToUnixTimeMilliseconds();
        return Keys.Mint(id, new ClickIdentity(time, 1, 1, (ushort)Interlocked.Increment(ref _sequence))).ToString();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync();
        if (_ownsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private static string Json(object body) => JsonSerializer.Serialize(body);
}

internal sealed record Reply(HttpStatusCode Status, string Text)
{
    public JsonElement Body => JsonSerializer.Deserialize<JsonElement>(Text);

    public JsonElement Ok()
    {
        Assert.True((int)Status is >= 200 and < 300, $"{Status}: {Text}");
        return Body;
    }

    /// <summary>Holds that the request was refused in the envelope, and returns the message.</summary>
    public string Refused(int status, string code)
    {
        Assert.True(status == (int)Status, $"{Status}: {Text}");
        var error = Body.GetProperty("error");
        Assert.Equal(code, error.GetProperty("code").GetString());
        var message = error.GetProperty("message").GetString()!;
        Assert.NotEmpty(message);
        return message;
    }
}

/// <summary>The system's clock, moved, whose timers can be held.</summary>
internal sealed class TestClock : TimeProvider
{
    private readonly ConcurrentQueue<Action> _heldTimers = new();
    private readonly Channel<bool> _held = Channel.CreateUnbounded<bool>();

    public TimeSpan Ahead { get; set; }

    /// <summary>Which timers, by the time until they are due, wait for <see cref="Fire"/>; never those that are due again and again.</summary>
    public Func<TimeSpan, bool>? Holds { get; set; }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (period != Timeout.InfiniteTimeSpan || Holds?.Invoke(dueTime) != true)
        {
            return base.CreateTimer(callback, state, dueTime, period);
        }

        _heldTimers.Enqueue(() => callback(state));
        _held.Writer.TryWrite(true);
        return base.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Until a timer is held that nobody waited for yet.</summary>
    public Task UntilHeldAsync() => _held.Reader.ReadAsync().AsTask().WaitAsync(Eventually.Limit);

    public void Fire()
    {
        Holds = null;
        while (_heldTimers.TryDequeue(out var fire))
        {
            fire();
        }
    }
}
