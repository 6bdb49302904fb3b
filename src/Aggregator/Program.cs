using LinkTracker.ServiceDefaults;

// By itself the Aggregator would have to read clicks over Kafka, which this version cannot do.
return await ServiceHost.RunAsync(args, (_, _) => throw new SettingsException(
    "The Aggregator does not run alone in this version, because it has no click log to read: start src/Standalone, which holds Edge and Aggregator."));
