using LinkTracker.Aggregator;
using LinkTracker.ServiceDefaults;

return await ServiceHost.RunAsync(args, (builder, settings) =>
{
    ClusterSettings.RequireForAggregator(settings);
    return builder.AddAggregator(settings).Build().MapAggregator();
});
