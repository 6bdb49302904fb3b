using System.Threading.Channels;
using LinkTracker.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LinkTracker.Aggregator.Tests.Webhooks;

/// <summary>A server that is told of what happens, on a free port of this machine.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<ReceivedWebhook> _received = Channel.CreateUnbounded<ReceivedWebhook>();

    private WebhookReceiver(WebApplication app) => _app = app;

    /// <summary>What it answers, once it may.</summary>
    public Func<Task<int>> Answers { get; set; } = () => Task.FromResult(200);

    public string Url => _app.Urls.Single() + "/hook";

    public int Waiting => _received.Reader.Count;

    public static async Task<WebhookReceiver> StartAsync()
    {
        var builder = ServiceHost.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new WebhookReceiver(app);
        app.MapFallback(receiver.ReceiveAsync);
        await app.StartAsync();
        return receiver;
    }

    public async Task<ReceivedWebhook> NextAsync() => await _received.Reader.ReadAsync().AsTask().WaitAsync(Eventually.Limit);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        await _received.Writer.WriteAsync(new ReceivedWebhook(context.Request.Path, context.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString()), body));
        var status = await Answers();
        context.Response.StatusCode = status;
        if (status == StatusCodes.Status302Found)
        {
            context.Response.Headers.Location = "/elsewhere";
        }
    }
}

internal sealed record ReceivedWebhook(string Path, Dictionary<string, string> Headers, string Body)
{
    public string Id => Headers["webhook-id"];

    public string[] Signatures => Headers["webhook-signature"].Split(' ');
}
