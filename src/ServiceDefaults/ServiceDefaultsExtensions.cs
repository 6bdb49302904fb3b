using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace LinkTracker.ServiceDefaults;

/// <summary>What every process of LinkTracker does alike.</summary>
public static class ServiceDefaultsExtensions
{
    // Below the 30 seconds that Kubernetes and systemd-run stops leave before they kill.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Adds the settings, the clock, logging, metrics (when a collector is named), health checks and the shutdown limit.</summary>
    /// <exception cref="SettingsException">The collector's address is none.</exception>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, Settings settings)
    {
        builder.Services.TryAddSingleton(settings);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddHealthChecks();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        AddLogging(builder.Logging);
        if (MetricsExport.IsWanted(builder.Configuration))
        {
            builder.Services.AddHostedService<MetricsExport>();
        }

        return builder;
    }

    private static void AddLogging(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        logging.AddSimpleConsole(options =>
        {
            options.SingleLine = true;
            options.UseUtcTimestamp = true;
            options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            options.ColorBehavior = LoggerColorBehavior.Disabled;
        });
    }
}
