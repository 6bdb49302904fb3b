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

    [Fact]
    public async Task A_conversion_that_went_to_another_click_in_between_is_not_told_of_the_first()
    {
        await using var server = await ReportServer.StartAsync();
        var (_, link) = await server.LinkAsync("ana");
        var tokens = await server.ClickAsync(new TestClick { Link = link, At = ReportServer.Noon, Country = "DE" });
        var database = server.Services.GetRequiredService<Database>();
        var enriching = Task.CompletedTask;
        await server.PostAsync("/track/lead", new { clickId = tokens[0], eventName = "Sign up", customerExternalId = "c1" });
        using var enricher = ActivatorUtilities.CreateInstance<ConversionEnricher>(server.Services, new TestLogger<ConversionEnricher>());
        database.Write(session =>
        {
            session.Execute("UPDATE conversions SET enriched = 0, country = NULL");

            // It is read as it was, and waits for its turn to write.
            enriching = enricher.EnrichAsync(CancellationToken.None);
            return session.Execute("UPDATE conversions SET click_token = 'another'");
        });
        await enriching;
        Assert.Equal(1, database.Read(session => session.First<long>("SELECT COUNT(*) FROM conversions WHERE enriched = 0 AND country IS NULL")));
    }
}
