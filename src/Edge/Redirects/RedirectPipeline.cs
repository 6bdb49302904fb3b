namespace LinkTracker.Edge.Redirects;

/// <summary>
/// Puts the redirect endpoint in front of the whole pipeline, for connections of its port: a click pays for no routing or
/// authentication, and no route of the API can be reached by the redirect port. What came in by other ports goes on, on threads of its own.
/// </summary>
internal sealed class RedirectPipeline(RedirectEndpoint endpoint, OtherPorts others) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(rest => context => EdgeConnection.IsOf(context) ? endpoint.Invoke(context) : others.Handle(rest, context));
        next(app);
    };
}
