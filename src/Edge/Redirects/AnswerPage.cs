using System.Security.Cryptography;
using System.Text;

namespace LinkTracker.Edge.Redirects;

/// <summary>A small page for people, ready to send. It loads nothing and runs nothing, and says so to the browser.</summary>
internal sealed class AnswerPage
{
    private const string Style =
        "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem;text-align:center;color:#222;background:#fff}"
        + "@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}}";

    private const string ContentType = "text/html; charset=utf-8";

    private static readonly string Policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly int _status;
    private readonly byte[] _html;
    private readonly byte[] _headers;

    private AnswerPage(int status, string title, string text)
    {
        _status = status;
        _html = Encoding.UTF8.GetBytes(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
            + $"<title>{title}</title><style>{Style}</style></head><body><h1>{title}</h1><p>{text}</p></body></html>\n");
        _headers = Encoding.ASCII.GetBytes(
            $"Content-Type: {ContentType}\r\nContent-Length: {_html.Length}\r\nContent-Security-Policy: {Policy}\r\nX-Content-Type-Options: nosniff\r\n\r\n");
    }

    public static AnswerPage NotFound { get; } =
        new(StatusCodes.Status404NotFound, "This link does not exist", "Please check the address, or ask the person who gave it to you.");

    public static AnswerPage Expired { get; } =
        new(StatusCodes.Status410Gone, "This link has expired", "Please ask the person who gave it to you for a new one.");

    /// <summary>All that the page needs, and the empty line behind them.</summary>
    public ReadOnlySpan<byte> Headers => _headers;

    public ReadOnlySpan<byte> Html => _html;

    public Task SendAsync(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = _status;
        response.ContentType = ContentType;
        response.ContentLength = _html.Length;
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : response.Body.WriteAsync(_html, context.RequestAborted).AsTask();
    }
}
