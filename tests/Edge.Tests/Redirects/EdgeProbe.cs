using System.Net;
using System.Security.Cryptography;
using System.Threading.Channels;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Contracts.Links;
using LinkTracker.Contracts.Security;
using LinkTracker.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LinkTracker.Edge.Tests.Redirects;

/// <summary>A real Edge on a port of its own, over a real click log, with links from the test.</summary>
internal sealed class EdgeProbe : IAsyncDisposable
{
    public const string Target = "https://shop.example.com/p?x=1#top";

    private readonly WebApplication _app;
    private readonly string _folder;
    private readonly LinkPipe _links;
    private readonly IAsyncEnumerator<ClickSlice> _slices;

    private EdgeProbe(WebApplication app, string folder, LinkPipe links)
    {
        (_app, _folder, _links) = (app, folder, links);
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            RequestHeaderEncodingSelector = (_, _) => System.Text.Encoding.UTF8,
        })
        {
            BaseAddress = Address,
        };
        _slices = Service<IClickSource>().ReadAsync([], CancellationToken.None).GetAsyncEnumerator();
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public InstallationKeys Keys => Service<InstallationKeys>();

    /// <param name="change">Settings other than those of a plain, loaded Edge.</param>
    /// <param name="isLoaded">Whether the links are all there from the start.</param>
    /// <param name="configure">The rest of the process, when the Edge shares it.</param>
    /// <param name="limit">Limits of the server other than its own.</param>
    /// <param name="add">Parts that not every Edge has.</param>
    public static async Task<EdgeProbe> StartAsync(
        Func<Settings, Settings>? change = null, bool isLoaded = true, Action<WebApplication>? configure = null,
        Action<KestrelServerLimits>? limit = null, Action<WebApplicationBuilder, Settings>? add = null)
    {
        var folder = Directory.CreateTempSubdirectory("edge-").FullName;
        var settings = new Settings
        {
            Data = folder,
            ShortUrl = new Uri("http://go.example.com"),
            EdgeUrl = new Uri("http://127.0.0.1:0"),
            LinkMemoryMiB = 64,
        };
        settings = change?.Invoke(settings) ?? settings;

        var builder = ServiceHost.CreateBuilder();
        builder.Logging.ClearProviders();
        var links = new LinkPipe();
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new InstallationKeys(RandomNumberGenerator.GetBytes(32)));
        builder.Services.AddSingleton<ILinkSource>(links);
        builder.AddEdge(settings);
        add?.Invoke(builder, settings);
        builder.WebHost.ConfigureKestrel(kestrel => limit?.Invoke(kestrel.Limits));
        var app = builder.Build();
        configure?.Invoke(app);
        await app.StartAsync();
        var probe = new EdgeProbe(app, folder, links);
        if (isLoaded)
        {
            links.Send(caughtUp: true);
            await probe.UntilReadyAsync();
        }

        return probe;
    }

    public T Service<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>The link is there when this returns.</summary>
    public async Task<LinkState> HasLinkAsync(string key, Func<LinkState, LinkState>? change = null)
    {
        var link = new LinkState { Id = Random.Next(), Domain = "go.example.com", Key = key, Url = Target };
        link = change?.Invoke(link) ?? link;
        await _links.SendAsync(new LinkChange(_links.NextVersion(), link.Domain, link.Key, link));
        return link;
    }

    public Task LosesLinkAsync(string key) => _links.SendAsync(new LinkChange(_links.NextVersion(), "go.example.com", key, null));

    public void Loads() => _links.Send(caughtUp: true);

    public async Task UntilReadyAsync()
    {
        using var deadline = new CancellationTokenSource(Eventually.Limit);
        while (!Service<LinkTracker.Edge.Links.LinkTable>().IsLoaded)
        {
            await Task.Delay(5, deadline.Token);
        }
    }

    /// <summary>Completes when the code has run often enough for the Edge to say that it is ready.</summary>
    public Task UntilWarmAsync() => _app.Services.GetService<Edge.FastLane.WarmUp>()?.ExecuteTask ?? Task.CompletedTask;

    /// <summary>Sends a GET for a path, with headers, and returns the answer.</summary>
    public async Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            _ = request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Client.SendAsync(request);
    }

    /// <summary>Where a GET for the path is sent; it must be a redirect.</summary>
    public async Task<string> LocationAsync(string path)
    {
        using var response = await GetAsync(path);
        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        return Assert.Single(response.Headers.NonValidated["Location"]);
    }

    /// <summary>The next clicks of the log, in order, each as its bytes.</summary>
    public async Task<List<byte[]>> ClicksAsync(int count)
    {
        var clicks = new List<byte[]>();
        while (clicks.Count < count && await _slices.MoveNextAsync().AsTask().WaitAsync(Eventually.Limit))
        {
            foreach (var entry in _slices.Current)
            {
                clicks.Add(entry.Click.ToArray());
            }
        }

        return clicks;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static readonly Random Random = new(7);

    /// <summary>A source of links that a test drives. Sending waits until the Edge has asked for more, and so has taken it in.</summary>
    private sealed class LinkPipe : ILinkSource
    {
        private readonly Channel<(LinkBatch Batch, TaskCompletionSource Taken)> _batches =
            Channel.CreateUnbounded<(LinkBatch, TaskCompletionSource)>();

        private long _version;

        public string? Name => null;

        public Task<bool> HoldsAsync(LinkPoint point, CancellationToken cancellation) => Task.FromResult(false);

        public long NextVersion() => Interlocked.Increment(ref _version);

        public void Send(bool caughtUp) => _ = _batches.Writer.TryWrite((new LinkBatch([], caughtUp), new TaskCompletionSource()));

        public Task SendAsync(LinkChange change)
        {
            var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _ = _batches.Writer.TryWrite((new LinkBatch([change], CaughtUp: false), taken));
            return taken.Task.WaitAsync(Eventually.Limit);
        }

        public async IAsyncEnumerable<LinkBatch> ReadAsync(
            long afterVersion, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
        {
            await foreach (var (batch, taken) in _batches.Reader.ReadAllAsync(cancellation))
            {
                yield return batch;
                taken.TrySetResult();
            }
        }
    }
}
