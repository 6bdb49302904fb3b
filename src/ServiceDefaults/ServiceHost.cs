using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LinkTracker.ServiceDefaults;

/// <summary>Runs a process: reads the settings, starts, waits for the end. What an operator can put right is told in one line.</summary>
public static class ServiceHost
{
    /// <summary>The exit code of a start that met a busy address, or a data folder that is locked or not writable.</summary>
    public const int CannotStart = 1;

    /// <summary>The exit code of a start with a wrong setting (sysexits' EX_CONFIG): starting again won't help.</summary>
    public const int WrongSetting = 78;

    /// <summary>The exit code after a part broke down while running (sysexits' EX_SOFTWARE); the log has its exception.</summary>
    public const int PartFailed = 70;

    /// <summary>Returns the exit code once the process was asked to stop, or its start failed.</summary>
    /// <param name="args">Settings may stand here too: <c>--Edge:FastLane=false</c>.</param>
    /// <param name="compose">Adds the parts to the builder, builds the application and maps its routes.</param>
    public static Task<int> RunAsync(string[] args, Func<WebApplicationBuilder, Settings, WebApplication> compose) =>
        RunAsync(args, compose, Console.Error);

    /// <summary>
    /// The builder of every process. Settings are read once, so their files are not watched: each watch would take one of the few
    /// inotify instances that a machine grants a user (often 128), and a start beyond the last of them would fail.
    /// </summary>
    /// <param name="args">Settings: <c>--Edge:FastLane=false</c>.</param>
    public static WebApplicationBuilder CreateBuilder(params string[] args) =>
        WebApplication.CreateSlimBuilder([.. args, "--hostBuilder:reloadConfigOnChange=false"]);

    internal static async Task<int> RunAsync(
        string[] args, Func<WebApplicationBuilder, Settings, WebApplication> compose, TextWriter errors)
    {
        try
        {
            return await RunToEndAsync(args, compose);
        }
        catch (StartFailedException failure)
        {
            await errors.WriteLineAsync("linktracker: " + OneLine(failure.InnerException!.Message));
            return failure.InnerException is SettingsException ? WrongSetting : CannotStart;
        }
    }

    private static async Task<int> RunToEndAsync(string[] args, Func<WebApplicationBuilder, Settings, WebApplication> compose)
    {
        var hasStarted = false;
        WebApplication? app = null;
        try
        {
            var builder = CreateBuilder(args);
            var settings = SettingsReader.Read(builder.Configuration);
            builder.AddServiceDefaults(settings);
            SilenceFailedStart(builder.Logging, () => Volatile.Read(ref hasStarted));
            DataFolder.Prepare(settings.Data);
            app = compose(builder, settings);
            await app.StartAsync();
            Volatile.Write(ref hasStarted, true);
        }
        catch (OperationCanceledException) when (app?.Lifetime.ApplicationStopping.IsCancellationRequested == true)
        {
            // Asked to stop while starting: the wait below is over at once.
        }
        catch (Exception failure) when (FindOperatorsError(failure) is not null)
        {
            if (app is not null)
            {
                await app.DisposeAsync();
            }

            throw new StartFailedException(FindOperatorsError(failure)!);
        }

        await using (app)
        {
            await app.WaitForShutdownAsync();
            return HasBrokenPart(app) ? PartFailed : 0;
        }
    }

    // The host logs the fault and stops, but then ends like one that was asked to; a supervisor must see the difference.
    private static bool HasBrokenPart(WebApplication app) =>
        app.Services.GetServices<IHostedService>().OfType<BackgroundService>().Any(part => part.ExecuteTask is { IsFaulted: true });

    // Host and server log a failed start with its stack trace; the operator gets one line instead.
    private static void SilenceFailedStart(ILoggingBuilder logging, Func<bool> hasStarted)
    {
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", level => level >= LogLevel.Warning && hasStarted());
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => level >= LogLevel.Information && hasStarted());
    }

    // Anything else is a fault of the program, and its stack trace is wanted.
    private static Exception? FindOperatorsError(Exception failure) => failure switch
    {
        SettingsException or IOException or UnauthorizedAccessException or SocketException => failure,
        AggregateException { InnerExceptions: [var only] } => FindOperatorsError(only),
        _ => null,
    };

    private static string OneLine(string message) => message.ReplaceLineEndings(" ").Trim();

    private sealed class StartFailedException(Exception reason) : Exception(reason.Message, reason);
}
