using LinkTracker.Edge;
using LinkTracker.Edge.Clicks;
using LinkTracker.Edge.Shipping;
using LinkTracker.ServiceDefaults;

return await ServiceHost.RunAsync(args, (builder, settings) =>
{
    EdgeExtensions.CompleteInline(settings);
    builder.AddEdge(settings).AddEdgeAdmin(settings);
    if (settings.KafkaBootstrapServers is null)
    {
        ClusterSettings.RefuseForEdgeAlone(settings);
        builder.AddLinksFile(settings);
    }
    else
    {
        ClusterSettings.RequireForEdge(settings);
        builder.AddShipping(settings).AddKafkaLinks(settings);
    }

    builder.Services.AddSingleton(_ => InstallationSecret.LoadOrCreate(settings));

    var app = builder.Build();
    if (settings.KafkaBootstrapServers is null)
    {
        app.Services.GetRequiredService<ClickLog>().ExpireUnread();
    }

    app.MapHealth();
    app.MapStats();
    return app;
});
