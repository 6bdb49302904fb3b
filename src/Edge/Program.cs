using LinkTracker.Edge;
using LinkTracker.Edge.Clicks;
using LinkTracker.ServiceDefaults;

return await ServiceHost.RunAsync(args, (builder, settings) =>
{
    EdgeExtensions.CompleteInline(settings);
    builder.AddEdge(settings).AddEdgeAdmin(settings);
    if (settings.KafkaBootstrapServers is null)
    {
        builder.AddLinksFile(settings);
    }
    else
    {
        ClusterSettings.RequireForEdge(settings);
        builder.AddKafkaLinks(settings);
    }

    builder.Services.AddSingleton(_ => InstallationSecret.LoadOrCreate(settings));

    var app = builder.Build();
    app.Services.GetRequiredService<ClickLog>().ExpireUnread();
    app.MapHealth();
    app.MapStats();
    return app;
});
