using LinkTracker.Contracts.Links;
using LinkTracker.Edge.Clicks;
using LinkTracker.Edge.Links;
using LinkTracker.Edge.Redirects;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Edge;

/// <summary>The door of the Edge: it can be a process of its own, or share one.</summary>
public static class EdgeExtensions
{
    /// <summary>
    /// Adds the Edge: its port, its services, and the branch of the pipeline that answers on that port, in front of everything
    /// else. An <see cref="ILinkSource"/> and the installation's keys must be registered, too.
    /// </summary>
    public static WebApplicationBuilder AddEdge(this WebApplicationBuilder builder, Settings settings)
    {
        // A lone LF ends no line: a proxy in front that thinks otherwise would see other requests than we do.
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
            Listener.Bind(kestrel, settings.EdgeUrl, EdgeConnection.Mark);
        });
        builder.Services.AddLinks(settings).AddClicks().AddRedirects();
        return builder;
    }

    /// <summary>Takes links from <see cref="Settings.LinksFile"/>, for an Edge alone.</summary>
    /// <exception cref="SettingsException">There is no such setting.</exception>
    public static WebApplicationBuilder AddLinksFile(this WebApplicationBuilder builder, Settings settings)
    {
        var path = settings.LinksFile
            ?? throw new SettingsException("Edge__LinksFile is missing: name a file with one JSON object a line, such as "
                + "{\"key\": \"spring\", \"url\": \"https://shop.example.com/\"}.");
        builder.Services.AddSingleton(new LinksFile(path, settings));
        builder.Services.AddSingleton<ILinkSource>(provider => provider.GetRequiredService<LinksFile>());
        builder.Services.AddHostedService<LinksFileStart>();
        return builder;
    }

    /// <summary>Listens on <see cref="Settings.EdgeAdminUrl"/>, too, for an Edge alone: what is mapped answers there.</summary>
    public static WebApplicationBuilder AddEdgeAdmin(this WebApplicationBuilder builder, Settings settings)
    {
        builder.WebHost.ConfigureKestrel(kestrel => Listener.Bind(kestrel, settings.EdgeAdminUrl));
        return builder;
    }

    private static IServiceCollection AddLinks(this IServiceCollection services, Settings settings)
    {
        services.AddSingleton(provider => new LinkTable(
            settings.DefaultDomain, (long)settings.LinkMemoryMiB << 20, provider.GetRequiredService<ILogger<LinkTable>>()));
        services.AddSingleton<LinkFeed>();
        services.AddHostedService(provider => provider.GetRequiredService<LinkFeed>());
        services.AddHealthChecks().AddCheck<LinkHealth>("links", tags: ["ready"]);
        return services;
    }

    private static IServiceCollection AddRedirects(this IServiceCollection services)
    {
        services.AddSingleton<EdgeMetrics>();
        services.AddSingleton<ClickClock>();
        services.AddSingleton<VisitorHash>();
        services.AddSingleton<ClickFacts>();
        services.AddSingleton<EdgePaths>();
        services.AddSingleton<RedirectResolver>();
        services.AddSingleton<RedirectEndpoint>();
        services.AddSingleton<IStatsSection, RedirectStats>();
        services.AddSingleton<IStartupFilter, RedirectPipeline>();
        return services;
    }
}
