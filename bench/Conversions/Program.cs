using LinkTracker.Conversions;

try
{
    var options = Options.Parse(args);
    await new Comparison(options).RunAsync(Directory.CreateDirectory(options.Out));
    return 0;
}
catch (Exception failure) when (failure is FormatException or InvalidOperationException or TimeoutException or IOException)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return 1;
}
