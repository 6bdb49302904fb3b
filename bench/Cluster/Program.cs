using LinkTracker.Cluster;

try
{
    var options = Options.Parse(args);
    var results = Directory.CreateDirectory(options.Out);
    if (options.Has("counting"))
    {
        await new CountingRuns(options, results).RunAsync();
    }

    if (options.Has("shipping"))
    {
        await new ShippingRuns(options, results).RunAsync();
    }

    if (options.Has("freshness"))
    {
        await new FreshnessRun(options, results).RunAsync();
    }

    return 0;
}
catch (Exception failure) when (failure is FormatException or InvalidOperationException or TimeoutException)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return 1;
}
