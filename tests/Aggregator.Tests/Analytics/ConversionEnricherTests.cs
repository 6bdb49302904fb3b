using LinkTracker.Aggregator.Analytics;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Counting;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Analytics;

public sealed class ConversionEnricherTests
{
    [Fact]
    public async Task It_goes_on_after_a_failure_that_nobody_foresaw()
    {
        await using var server = await ReportServer.StartAsync();
        var (_, link) = await server.LinkAsync("ana", new { trackConversion = true });
        var tokens = await server.ClickAsync(new TestClick { Link = link, At = ReportServer.Noon, Country = "DE" });
        await server.PostAsync("/track/lead", new { clickId = tokens[0], eventName = "Sign up", customerExternalId = "c1" });
        server.ChangeCounts("UPDATE click_blocks SET links = x''");

        var logger = new TestLogger<ConversionEnricher>();
        using var enricher = ActivatorUtilities.CreateInstance<ConversionEnricher>(server.Services, logger);
        await enricher.StartAsync(CancellationToken.None);
        await logger.LoggedAsync<DivideByZeroException>(3101);
        await logger.LoggedAsync<DivideByZeroException>(3101);

        Assert.False(enricher.ExecuteTask!.IsCompleted);
        await enricher.StopAsync(CancellationToken.None);
    }
}
