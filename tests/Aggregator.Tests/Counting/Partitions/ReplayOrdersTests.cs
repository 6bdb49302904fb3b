using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Counting.Partitions;
using LinkTracker.Aggregator.Storage.Postgres;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;
using Npgsql;

namespace LinkTracker.Aggregator.Tests.Counting.Partitions;

public sealed class ReplayOrdersTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TestClock _clock = new();
    private string _server = "";
    private NpgsqlDataSource _source = null!;

    public async Task InitializeAsync()
    {
        _server = await PostgresDatabases.CreateAsync();
        _source = CountsSource.Open(_server, most: 4);
    }

    public async Task DisposeAsync()
    {
        await _source.DisposeAsync();
        await PostgresDatabases.DropAsync([_server]);
    }

    [FactWith(Need.Postgres)]
    public async Task An_order_that_a_partition_does_not_answer_stands_and_whoever_asked_is_let_go()
    {
        _clock.Holds = due => due == Patience;
        var orders = new ReplayOrders(_source, partitions: 2, _clock);
        var asking = orders.AskAsync(CancellationToken.None);
        await _clock.UntilHeldAsync();

        orders.Answer(0, orders.Newest, new ReplayAnswer(3, 0));
        Assert.False(asking.IsCompleted);
        _clock.Fire();
        Assert.Null(await asking);

        var other = new ReplayOrders(_source, partitions: 2, _clock);
        await other.LookAsync(CancellationToken.None);
        Assert.Equal((1L, 1L, 0L), (other.Newest, other.DoneBy(0), other.DoneBy(1)));
    }

    [FactWith(Need.Postgres)]
    public async Task Orders_that_every_partition_has_done_are_forgotten_when_nobody_can_wait_for_them_any_more()
    {
        var orders = new ReplayOrders(_source, partitions: 1, _clock);
        Assert.Equal(new ReplayAnswer(2, 1), await AskAsync(orders, 1, new ReplayAnswer(2, 1)));
        Assert.Equal(new ReplayAnswer(4, 0), await AskAsync(orders, 2, new ReplayAnswer(4, 0)));
        Assert.Equal("1,2|1,2", await NumbersAsync());

        await PostgresDatabases.AskAsync(_server, "UPDATE replay_orders SET asked_at = asked_at - interval '61 s'; INSERT INTO replay_orders (asked_at) VALUES (now() - interval '1 day')");
        Assert.Equal(new ReplayAnswer(5, 0), await AskAsync(orders, 4, new ReplayAnswer(5, 0), before: async () => Assert.Equal("3,4|", await NumbersAsync())));
        Assert.Equal("3,4|3,4", await NumbersAsync());
        Assert.Equal(4, orders.DoneBy(0));
    }

    [FactWith(Need.Kafka, Need.Postgres, Need.Redis)]
    public async Task Whoever_asks_for_a_replay_hears_that_it_will_be_done_later_or_that_it_was_not_asked_for()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var postgres = await PostgresServer.StartAsync();
        var database = await postgres.CreateDatabaseAsync();
        await using var server = await AggregatorServer.StartAsync(change: settings => settings with
        {
            // Without a broker no partition is counted, so none answers.
            KafkaBootstrapServers = $"127.0.0.1:{FreePort.Next()}",
            PostgresConnection = database,
            RedisConfiguration = redis.Configuration,
        });

        server.Clock.Holds = due => due == Patience;
        var asking = server.PostAsync("/quarantine/replay", new { });
        await server.Clock.UntilHeldAsync();
        server.Clock.Fire();
        Assert.Contains("The order stands", (await asking).Refused(503, "service_unavailable"), StringComparison.Ordinal);

        await postgres.KillAsync();
        Assert.Contains("Nothing was changed", (await server.PostAsync("/quarantine/replay", new { })).Refused(503, "service_unavailable"), StringComparison.Ordinal);
    }

    private static async Task<ReplayAnswer?> AskAsync(ReplayOrders orders, long number, ReplayAnswer answer, Func<Task>? before = null)
    {
        var asking = orders.AskAsync(CancellationToken.None);
        await Eventually.HoldsAsync("the order is there", Patience, () => Task.FromResult(orders.Newest == number));
        await (before?.Invoke() ?? Task.CompletedTask);
        orders.Answer(0, number, answer);
        return await asking;
    }

    private Task<string> NumbersAsync() => PostgresDatabases.AskAsync(
        _server,
        "SELECT (SELECT string_agg(number::text, ',' ORDER BY number) FROM replay_orders), (SELECT string_agg(number::text, ',' ORDER BY number) FROM replay_answers)");
}
