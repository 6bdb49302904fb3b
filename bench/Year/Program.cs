using LinkTracker.Year;

try
{
    var options = Options.Parse(args, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime));
    return await YearRun.RunAsync(options, Console.Out) == 0 ? 0 : 1;
}
catch (Exception failure) when (failure is FormatException or InvalidOperationException or TimeoutException or HttpRequestException or IOException)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return 1;
}
