using LinkTracker.Aggregator;
using LinkTracker.Edge;
using LinkTracker.ServiceDefaults;

return await ServiceHost.RunAsync(args, (builder, settings) =>
{
    ClusterSettings.RefuseForStandalone(settings);
    EdgeExtensions.CompleteInline(settings);
    builder.AddEdge(settings).AddAggregator(settings);
    return builder.Build().MapAggregator();
});
