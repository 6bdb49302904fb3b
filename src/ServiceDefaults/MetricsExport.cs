using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace LinkTracker.ServiceDefaults;

/// <summary>
/// Sends every meter of LinkTracker over OTLP while the process runs. The variables that OpenTelemetry defines
/// (<c>OTEL_EXPORTER_OTLP_*</c>, <c>OTEL_METRIC_EXPORT_INTERVAL</c>, <c>OTEL_RESOURCE_ATTRIBUTES</c>) say where and how.
/// </summary>
internal sealed class MetricsExport(IConfiguration configuration, IHostEnvironment environment) : IHostedService
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private MeterProvider? _provider;

    public static bool IsWanted(IConfiguration configuration)
    {
        var endpoint = configuration[Endpoint];
        if (string.IsNullOrEmpty(endpoint))
        {
            return false;
        }

        // The exporter itself would fall back to its default without a word.
        return Uri.TryCreate(endpoint, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? true
            : throw new SettingsException($"{Endpoint} must be an http or https address such as http://127.0.0.1:4317, or empty.");
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _provider = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .SetResourceBuilder(ResourceBuilder.CreateEmpty()
                .AddService(environment.ApplicationName)
                .AddTelemetrySdk()
                .AddEnvironmentVariableDetector())
            .AddMeter("LinkTracker.*")
            .AddOtlpExporter()
            .Build();
        return Task.CompletedTask;
    }

    // Added before any other part, so stopped after all of them: the last figures are in the last export.
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _provider?.Dispose();
        return Task.CompletedTask;
    }
}
