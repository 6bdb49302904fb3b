using LinkTracker.Aggregator.Analytics;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Codes;
using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Customers;
using LinkTracker.Aggregator.Events;
using LinkTracker.Aggregator.Fraud;
using LinkTracker.Aggregator.Imports;
using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Money;
using LinkTracker.Aggregator.Partners;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Value;
using LinkTracker.Aggregator.Webhooks;
using LinkTracker.Kafka;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator;

/// <summary>The Aggregator's door: an application that has it answers the API on <see cref="Settings.AggregatorUrl"/>.</summary>
public static class AggregatorExtensions
{
    public static WebApplicationBuilder AddAggregator(this WebApplicationBuilder builder, Settings settings)
    {
        builder.WebHost.ConfigureKestrel(kestrel => Listener.Bind(kestrel, settings.AggregatorUrl));
        builder.Services.AddStorage(settings);
        if (settings.KafkaBootstrapServers is { } brokers)
        {
            builder.Services.AddKafka(brokers);
        }

        builder.Services.AddApi(settings);
        builder.Services.AddCounting(settings);
        builder.Services.AddLinks(settings);
        builder.Services.AddEvents(settings);
        builder.Services.AddWebhooks();
        builder.Services.AddPrograms();
        builder.Services.AddCodes();
        builder.Services.AddAttribution();
        builder.Services.AddMoney();
        builder.Services.AddConversions(settings);
        builder.Services.AddCustomers();
        builder.Services.AddPartners();
        builder.Services.AddLedger();
        builder.Services.AddValue();
        builder.Services.AddImports();
        builder.Services.AddAnalytics();
        builder.Services.AddFraud();
        return builder;
    }

    /// <summary>Opens the database, shows the admin key if it is made now, and maps every route.</summary>
    public static WebApplication MapAggregator(this WebApplication app)
    {
        app.UseApi();
        var open = app.MapGroup("").AllowAnonymous();
        open.MapHealth();
        open.MapOpenApi("/openapi.json");
        open.MapOpenCodes();

        var api = app.MapApi();
        api.MapStats();
        api.MapCounting();
        api.MapImports();
        api.MapWebhooks();
        api.MapPrograms();
        api.MapCodes();
        api.MapAttribution();
        api.MapMoney();
        api.MapConversions();
        api.MapCustomers();
        api.MapLedger();
        api.MapAnalytics();
        api.MapValue();
        api.MapFraud();

        var changesLinks = api.MapGroup("").AddEndpointFilter<RouteGroupBuilder, ServedLinks>();
        changesLinks.MapLinks();
        changesLinks.MapPartners();
        return app;
    }
}
