using LinkTracker.Edge;
using LinkTracker.ServiceDefaults;

return await ServiceHost.RunAsync(args, (builder, settings) =>
{
    EdgeExtensions.CompleteInline(settings);
    builder.AddEdge(settings).AddLinksFile(settings).AddEdgeAdmin(settings);
    builder.Services.AddSingleton(_ => InstallationSecret.LoadOrCreate(settings));

    var app = builder.Build();
    app.MapHealth();
    app.MapStats();
    return app;
});
