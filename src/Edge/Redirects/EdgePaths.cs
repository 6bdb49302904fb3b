using System.Diagnostics.CodeAnalysis;
using LinkTracker.Edge.Clicks;
using LinkTracker.Edge.FastLane;
using LinkTracker.Edge.Links;

namespace LinkTracker.Edge.Redirects;

/// <summary>The few paths of the redirect port that are no keys; a link can never be made there.</summary>
internal sealed class EdgePaths(LinkTable links, ClickLog clicks, WarmUp? warmUp = null)
{
    /// <summary>Whether the path behind its first slash is one of them.</summary>
    public static bool IsOwn(ReadOnlySpan<byte> key) => key.Length switch
    {
        6 => key.SequenceEqual("readyz"u8),
        7 => key.SequenceEqual("healthz"u8),
        10 => key.SequenceEqual("robots.txt"u8),
        11 => key.SequenceEqual("favicon.ico"u8),
        _ => false,
    };

    public bool TryAnswer(string path, HttpContext context, [NotNullWhen(true)] out Task? answered)
    {
        answered = path switch
        {
            "/healthz" => Send(context, StatusCodes.Status200OK, "alive\n"),
            "/readyz" when !links.IsLoaded => Send(context, StatusCodes.Status503ServiceUnavailable, "links are still loading\n"),
            "/readyz" when !clicks.IsOpen => Send(context, StatusCodes.Status503ServiceUnavailable, "the click log cannot be written\n"),
            "/readyz" when warmUp is { IsDone: false } => Send(context, StatusCodes.Status503ServiceUnavailable, "warming up\n"),
            "/readyz" => Send(context, StatusCodes.Status200OK, "ready\n"),
            "/robots.txt" or "/favicon.ico" => Send(context, StatusCodes.Status404NotFound, ""),
            _ => null,
        };
        return answered is not null;
    }

    private static Task Send(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = text.Length;
        return context.Request.Method == "HEAD" ? Task.CompletedTask : context.Response.WriteAsync(text, context.RequestAborted);
    }
}
