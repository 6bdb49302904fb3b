using LinkTracker.Aggregator;
using LinkTracker.Aggregator.Api;
using LinkTracker.ServiceDefaults;

return await ServiceHost.RunAsync(args, (builder, settings) =>
{
    ApiLimit.ReserveThreads();
    ClusterSettings.RequireForAggregator(settings);
    return builder.AddAggregator(settings).Build().MapAggregator();
});
