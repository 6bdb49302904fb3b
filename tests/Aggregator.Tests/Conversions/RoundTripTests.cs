using System.Diagnostics;
using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Aggregator.Tests.Ledger;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Conversions;

/// <summary>What a lone request takes is, more than anything else, how often it goes to the server and back.</summary>
[OnPostgres]
public sealed class RoundTripTests : EngineTests
{
    private const int Most = 6;

    [EngineFact]
    public async Task A_rewarded_sale_takes_few_round_trips_and_many_together_no_more()
    {
        await using var server = await StartAsync();
        var shop = new LedgerShop(server);
        shop.Rules(new ProgramRules { Rewards = [new RewardRule { Id = "tenth", Event = "sale", Kind = "percentage", BasisPoints = 1_000 }] });
        await shop.PartnerAsync("Ana");
        (await server.PostAsync("/track/lead", new { clickId = "", referralCode = "link0", eventName = "Sign up", customerExternalId = "c" })).Ok();
        await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 100, invoiceId = "first" });

        var intake = server.App.Services.GetRequiredService<Intake>();
        Assert.InRange(Count(() => server.Database.Write(session => intake.Run(session, [Sale("0")]))), 2, Most);
        Assert.InRange(Count(() => server.Database.Write(session => intake.Run(session, [.. Enumerable.Range(1, 50).Select(i => Sale($"{i}"))]))), 2, Most);
        Assert.Equal(52, server.Database.Read(session => session.First<long>("SELECT COUNT(*) FROM commissions WHERE earnings = 10")));
    }

    /// <summary>What the driver sends and waits for, on behalf of this test alone.</summary>
    private static int Count(Action work)
    {
        var trips = 0;
        using var own = new Activity(nameof(RoundTripTests)).Start();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => options.Parent.TraceId == own.TraceId ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            ActivityStopped = _ => Interlocked.Increment(ref trips),
        };
        ActivitySource.AddActivityListener(listener);
        work();
        return trips;
    }

    private static IntakeCall Sale(string invoice)
    {
        var sale = new SaleRequest { CustomerExternalId = "c", Amount = 100, InvoiceId = invoice };
        sale.Check();
        return new IntakeCall(sale, idempotency: null);
    }
}
