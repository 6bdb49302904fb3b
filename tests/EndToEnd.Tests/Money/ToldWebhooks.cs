using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LinkTracker.EndToEnd.Tests.Money;

/// <summary>A server that webhooks tell of what happens, and what it was told: one message may come several times, two messages of one event may not.</summary>
internal sealed class ToldWebhooks : IAsyncDisposable
{
    public static readonly string[] Triggers = ["lead.created", "sale.created", "refund.created", "payout.created", "payout.completed", "payout.failed"];

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, string> _bodies = [];
    private readonly ConcurrentDictionary<(string Type, string Id), string> _messages = [];
    private readonly ConcurrentQueue<string> _wrong = [];

    private ToldWebhooks(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single() + "/hook";

    /// <summary>Events that came under two ids, and ids that came with two bodies.</summary>
    public IReadOnlyCollection<string> Wrong => _wrong;

    public static async Task<ToldWebhooks> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var told = new ToldWebhooks(app);
        app.Run(told.TakeAsync);
        await app.StartAsync();
        return told;
    }

    /// <summary>Different events of a type.</summary>
    public int CountOf(string type) => _messages.Keys.Count(one => one.Type == type);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var message = context.Request.Headers["webhook-id"].ToString();
        var told = JsonNode.Parse(body)!;
        var one = ((string)told["type"]!, (string)told["data"]!["id"]!);
        if (_bodies.GetOrAdd(message, body) != body)
        {
            _wrong.Enqueue($"{message} came with two bodies: {body}");
        }

        if (_messages.GetOrAdd(one, message) != message)
        {
            _wrong.Enqueue($"{one} came as {message} and as {_messages[one]}");
        }
    }
}
