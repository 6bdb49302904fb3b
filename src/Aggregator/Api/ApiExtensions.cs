using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;
using Microsoft.AspNetCore.Mvc;

namespace LinkTracker.Aggregator.Api;

internal static class ApiExtensions
{
    private const long MaxBodyBytes = 1 << 20;

    public static IServiceCollection AddApi(this IServiceCollection services, Settings settings)
    {
        if (ApiLimit.IsNeeded(settings))
        {
            services.AddApiLimit();
        }

        services.ConfigureHttpJsonOptions(options => ApiJson.Apply(options.SerializerOptions));
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddOpenApi(ApiDocument.Describe);
        services.AddSingleton<IdempotencyKeys>();
        services.AddSingleton<IdempotentCalls>();
        services.AddSingleton(provider => ApiKeys.Open(
            provider.GetRequiredService<Database>(),
            provider.GetRequiredService<Settings>(),
            provider.GetRequiredService<EntityId>(),
            provider.GetRequiredService<TimeProvider>(),
            key => Console.Out.WriteLine($"Admin key, shown this once, keep it: {key}")));
        return services;
    }

    /// <summary>Errors outermost, so that they hold for refused keys too; then the key, before anything else is done; then the turn.</summary>
    public static void UseApi(this WebApplication app)
    {
        app.Services.GetRequiredService<ApiKeys>();
        app.UseMiddleware<ApiErrorMiddleware>();
        app.UseMiddleware<ApiKeyMiddleware>();
        if (IsLimited(app))
        {
            app.UseRateLimiter();
        }
    }

    /// <summary>The group of every route that needs the key.</summary>
    public static RouteGroupBuilder MapApi(this WebApplication app)
    {
        var api = app.MapGroup("").WithErrors();
        if (IsLimited(app))
        {
            api.RequireApiLimit();
        }

        return api;
    }

    private static bool IsLimited(WebApplication app) => ApiLimit.IsNeeded(app.Services.GetRequiredService<Settings>());

    private static RouteGroupBuilder WithErrors(this RouteGroupBuilder api) => api.WithMetadata(
        new RequestSizeLimitAttribute(MaxBodyBytes),
        ErrorOf(StatusCodes.Status400BadRequest),
        ErrorOf(StatusCodes.Status401Unauthorized),
        ErrorOf(StatusCodes.Status403Forbidden),
        ErrorOf(StatusCodes.Status404NotFound),
        ErrorOf(StatusCodes.Status409Conflict),
        ErrorOf(StatusCodes.Status413PayloadTooLarge),
        ErrorOf(StatusCodes.Status415UnsupportedMediaType),
        ErrorOf(StatusCodes.Status422UnprocessableEntity),
        ErrorOf(StatusCodes.Status503ServiceUnavailable));

    private static ProducesResponseTypeMetadata ErrorOf(int status) => new(status, typeof(ErrorEnvelope), ["application/json"]);
}
