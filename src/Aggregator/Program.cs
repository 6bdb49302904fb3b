using LinkTracker.Aggregator;
using LinkTracker.ServiceDefaults;

return await ServiceHost.RunAsync(args, (builder, settings) => builder.AddAggregator(settings).Build().MapAggregator());
