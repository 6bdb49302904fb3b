using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LinkTracker.Aggregator.Tests.Conversions;

/// <summary>A queue that begins when all requests are in it, so that they are one batch.</summary>
public abstract class IntakeQueueTests : EngineTests
{
    [EngineFact]
    public async Task A_request_that_nobody_foresaw_fails_alone()
    {
        await using var server = await StartAsync();
        await HasCustomerAsync(server);
        using var queue = QueueOf(server, () => { });
        var answers = Ask(queue, Sale("0"), Sale("1"), new Poison(), Sale("2"));
        await queue.StartAsync(CancellationToken.None);

        await Assert.ThrowsAsync<InvalidOperationException>(() => answers[2]);
        Assert.All([await answers[0], await answers[1], await answers[3]], answer => Assert.Equal(200, answer.Status));
        Assert.Equal(3, server.Database.Read(session => session.First<long>("SELECT COUNT(*) FROM conversions WHERE kind = 'sale'")));
        await queue.StopAsync(CancellationToken.None);
    }

    [EngineFact]
    public async Task Whoever_waits_is_answered_when_the_process_stops_while_requests_are_tried_one_by_one()
    {
        await using var server = await StartAsync();
        await HasCustomerAsync(server);
        using var stop = new CancellationTokenSource();
        using var queue = QueueOf(server, stop.Cancel);
        var answers = Ask(queue, Sale("0"), new Poison(), Sale("1"));
        await queue.StartAsync(stop.Token);

        foreach (var answer in answers)
        {
            Assert.Equal(503, (await Assert.ThrowsAsync<ApiError>(() => answer.WaitAsync(Eventually.Limit))).Status);
        }

        await queue.ExecuteTask!;
    }

    private static IntakeQueue QueueOf(AggregatorServer server, Action onFailure) =>
        ActivatorUtilities.CreateInstance<IntakeQueue>(server.App.Services, new FailureLogger(onFailure));

    private static Task<StoredAnswer>[] Ask(IntakeQueue queue, params IntakeRequest[] requests) => Array.ConvertAll(requests, request =>
    {
        request.Check();
        return queue.AskAsync(new IntakeCall(request, idempotency: null), CancellationToken.None);
    });

    private static async Task HasCustomerAsync(AggregatorServer server)
    {
        await server.HasLinkAsync("ana");
        (await server.PostAsync("/track/lead", new { clickId = "", referralCode = "ana", eventName = "Sign up", customerExternalId = "c" })).Ok();
    }

    private static SaleRequest Sale(string invoice) => new() { CustomerExternalId = "c", Amount = 100, InvoiceId = invoice };

    private sealed class Poison : IntakeRequest;

    /// <summary>Acts when a batch failed, before its requests are tried one by one.</summary>
    private sealed class FailureLogger(Action act) : ILogger<IntakeQueue>
    {
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => act();

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;
    }
}

public sealed class IntakeQueueTestsOnSqlite : IntakeQueueTests;

[OnPostgres]
public sealed class IntakeQueueTestsOnPostgres : IntakeQueueTests;
