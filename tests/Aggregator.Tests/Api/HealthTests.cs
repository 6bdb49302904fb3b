using LinkTracker.Aggregator.Counting;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Api;

public sealed class HealthTests
{
    [Fact]
    public async Task Counting_that_fails_is_told_of_and_the_service_stays_ready()
    {
        await using var server = await AggregatorServer.StartAsync();
        server.App.Services.GetRequiredService<CountingHealth>().Fails(new InvalidOperationException("hunter2"), partition: 1);

        var readiness = (await server.GetAsync("/readyz", key: null)).Ok();
        Assert.True(readiness.GetProperty("ready").GetBoolean());
        Assert.Equal(
            "Counting failed (InvalidOperationException) and is being tried again; clicks wait in the log meanwhile.",
            readiness.GetProperty("degraded").GetProperty("counting").GetString());
    }
}
