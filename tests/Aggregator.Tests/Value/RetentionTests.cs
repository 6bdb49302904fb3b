using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Analytics;
using LinkTracker.Aggregator.Tests.Engines;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Value;

public abstract class RetentionTests : EngineTests
{
    private const long Amount = 900;

    private Credit[] _credits = [];

    // Each buys on day 0 and is looked at on days 30 and 90.
    [EngineFact]
    public Task Who_ends_one_of_two_subscriptions_stays_for_the_other() => RetainsAsync(1, 1, (world, customer) =>
    {
        Subscribe(world, customer, 0, "a");
        Subscribe(world, customer, 1, "b");
        world.Cancel(customer, 10, "a");
    });

    [EngineFact]
    public Task Who_ends_both_is_gone_from_then_on() => RetainsAsync(1, 0, (world, customer) =>
    {
        Subscribe(world, customer, 0, "a");
        Subscribe(world, customer, 1, "b");
        world.Cancel(customer, 10, "a");
        world.Cancel(customer, 40, "b");
    });

    [EngineFact]
    public Task Who_ends_all_without_a_name_is_gone() => RetainsAsync(0, 0, (world, customer) =>
    {
        Subscribe(world, customer, 0, "a");
        Subscribe(world, customer, 1, "b");
        world.Cancel(customer, 10);
    });

    [EngineFact]
    public Task Who_subscribes_again_is_back() => RetainsAsync(1, 1, (world, customer) =>
    {
        Subscribe(world, customer, 0, "a");
        world.Cancel(customer, 10, "a");
        Subscribe(world, customer, 50, "a");
        world.Cancel(customer, 95, "a");
    });

    [EngineFact]
    public Task Who_subscribes_again_and_ends_that_too_is_gone() => RetainsAsync(1, 0, (world, customer) =>
    {
        Subscribe(world, customer, 0, "a");
        world.Cancel(customer, 10, "a");
        Subscribe(world, customer, 50, "a");
        world.Cancel(customer, 80, "a");
    });

    [EngineFact]
    public Task An_end_counts_from_its_own_time_on() => RetainsAsync(0, 0, (world, customer) =>
    {
        Subscribe(world, customer, 0, "a");
        world.Cancel(customer, 30, "a");
    });

    [EngineFact]
    public Task A_subscription_whose_sales_went_back_whole_is_none_and_one_that_begins_for_nothing_is_one() => RetainsAsync(0, 1, (world, customer) =>
    {
        world.Sale(customer, 0, Amount, "usd", _credits, subscription: "a", refunded: Amount);
        world.Sale(customer, 60, 0, "usd", [], subscription: "b");
    });

    private void Subscribe(ValueWorld world, long customer, double day, string subscription) =>
        world.Sale(customer, day, Amount, "usd", _credits, subscription: subscription);

    private async Task RetainsAsync(long after30, long after90, Action<ValueWorld, long> tell)
    {
        await using var server = await ReportServer.StartAsync(ValueWorld.Start.AddDays(100), await ServerOfAsync(null));
        var partner = (await server.PostAsync("/partners", new { name = "Ana", email = "ana@example.com" }))["id"]!.GetValue<string>();
        Assert.True(EntityId.TryParse(EntityId.Partner, partner, out var ana));
        var (_, link) = await server.LinkAsync("ana", new { partnerId = partner });
        _credits = [new Credit(link, ana, Amount)];
        var world = new ValueWorld(server.Services.GetRequiredService<Database>());
        tell(world, world.Customer("c"));
        world.Save();

        var retention = (await server.GetAsync("/reports/partners"))["partners"]![0]!["retention"]!;
        Assert.Equal((1, after30), (retention["days30"]!["denominator"]!.GetValue<long>(), retention["days30"]!["numerator"]!.GetValue<long>()));
        Assert.Equal((1, after90), (retention["days90"]!["denominator"]!.GetValue<long>(), retention["days90"]!["numerator"]!.GetValue<long>()));
    }
}

public sealed class RetentionTestsOnSqlite : RetentionTests;

[OnPostgres]
public sealed class RetentionTestsOnPostgres : RetentionTests;
