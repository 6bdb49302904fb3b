using System.Text;
using LinkTracker.Contracts.Links;
using LinkTracker.Edge.Clicks;
using LinkTracker.Edge.FastLane;
using LinkTracker.Edge.Links;
using LinkTracker.Edge.Redirects;
using LinkTracker.Kafka;
using LinkTracker.ServiceDefaults;
using Microsoft.AspNetCore.Connections;

namespace LinkTracker.Edge;

/// <summary>The door of the Edge: it can be a process of its own, or share one.</summary>
public static class EdgeExtensions
{
    private const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

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

            // Byte for byte: a visitor whose browser sends other bytes than UTF-8 gets the redirect all the same.
            kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
            Listener.Bind(kestrel, settings.EdgeUrl, listen => EdgeConnection.Mark(listen, settings.FastLane));
        });
        builder.Services.AddLinks(settings).AddClicks().AddRedirects();
        if (settings.FastLane)
        {
            builder.Services.AddFastLane();
        }

        return builder;
    }

    /// <summary>
    /// Lets sockets complete on the threads that poll them. It holds for the whole process and before its first socket, so only
    /// the start of a process may ask for it.
    /// </summary>
    public static void CompleteInline(Settings settings)
    {
        if (settings.FastLane)
        {
            Environment.SetEnvironmentVariable(InlineCompletions, "1");
        }
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

    /// <summary>Takes links from the topic that the Aggregators publish, for an Edge in a cluster.</summary>
    /// <param name="settings">With <see cref="Settings.KafkaBootstrapServers"/>.</param>
    public static WebApplicationBuilder AddKafkaLinks(this WebApplicationBuilder builder, Settings settings)
    {
        builder.Services.AddKafka(settings.KafkaBootstrapServers!);
        builder.Services.AddSingleton<ILinkSource, KafkaLinkSource>();
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
        services.AddSingleton<LinkSupply>();
        services.AddSingleton<LinkSnapshots>();
        services.AddHostedService(provider => provider.GetRequiredService<LinkSnapshots>());
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
        services.AddSingleton<Redirector>();
        services.AddSingleton<RedirectEndpoint>();
        services.AddSingleton<OtherPorts>();
        services.AddSingleton<IStatsSection, RedirectStats>();
        services.AddSingleton<IStartupFilter, RedirectPipeline>();
        return services;
    }

    private static IServiceCollection AddFastLane(this IServiceCollection services)
    {
        services.AddSingleton<HeaderFields>();
        services.AddSingleton<HeadParser>();
        services.AddSingleton<AnswerWriter>();
        services.AddSingleton<FastLane.FastLane>();
        services.AddSingleton<WarmUp>();
        services.AddHostedService(provider => provider.GetRequiredService<WarmUp>());
        if (Environment.GetEnvironmentVariable(InlineCompletions) == "1")
        {
            services.AddSingleton<IoThreads>();
        }

        services.AddSingleton<IConnectionListenerFactory, EdgeTransport>();
        return services;
    }
}
