namespace LinkTracker.Aggregator.Api;

/// <summary>An answer as it goes over the wire, and again to every repeat.</summary>
/// <param name="Text">JSON.</param>
internal sealed record StoredAnswer(int Status, string Text) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext) =>
        Results.Text(Text, "application/json", statusCode: Status).ExecuteAsync(httpContext);
}
