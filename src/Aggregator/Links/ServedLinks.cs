namespace LinkTracker.Aggregator.Links;

/// <summary>
/// Holds the answer to a write back until the Edge in this process knows the change, or it is published to those in others, so that
/// whoever reads "created" can click the link at once. In the cluster that holds in the process that publishes, and Edges need some
/// milliseconds more; the other Aggregators answer at once, because asking the publisher would make every write wait for its poll.
/// </summary>
internal sealed class ServedLinks(LinkSignal signal, TimeProvider clock) : IEndpointFilter
{
    // Normally a few milliseconds. While a large import is on its way to the Edge, answers do not wait for its end.
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(500);

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var answer = await next(context);
        if (!HttpMethods.IsGet(context.HttpContext.Request.Method))
        {
            await signal.UntilServedAsync(Limit, clock);
        }

        return answer;
    }
}
