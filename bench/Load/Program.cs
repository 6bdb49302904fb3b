using System.Globalization;
using LinkTracker.Load;

if (args is ["serve", var links, var port])
{
    await BareKestrel.RunAsync(int.Parse(links, CultureInfo.InvariantCulture), int.Parse(port, CultureInfo.InvariantCulture));
    return 0;
}

try
{
    await new Runs(Options.Parse(args)).RunAsync();
    return 0;
}
catch (Exception failure) when (failure is FormatException or InvalidOperationException)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return 1;
}
