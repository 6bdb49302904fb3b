using System.Globalization;
using System.Net;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Tests.Engines;

/// <summary>Two Aggregators on one PostgreSQL.</summary>
public sealed class TwoAggregatorsTests : IAsyncLifetime
{
    private string _server = "";

    public async Task InitializeAsync() => _server = await PostgresDatabases.CreateAsync();

    public Task DisposeAsync() => PostgresDatabases.DropAsync([_server]);

    [FactWith(Need.Postgres)]
    public async Task Of_many_who_ask_for_one_key_at_the_same_time_one_gets_it()
    {
        await using var one = await StartAsync();
        await using var other = await StartAsync();

        var replies = await Task.WhenAll(Enumerable.Range(0, 64).Select(i =>
            (i % 2 == 0 ? one : other).PostAsync("/links", new { url = "https://shop.example/" + i, key = "ana" })));

        var won = Assert.Single(replies, reply => reply.Status == HttpStatusCode.OK);
        Assert.All(replies.Where(reply => reply != won), reply => reply.Refused(409, "conflict"));
        Assert.Equal(won.Body.GetProperty("url").GetString(), (await other.GetAsync("/links/info?key=ana")).Ok().GetProperty("url").GetString());
    }

    [FactWith(Need.Postgres)]
    public async Task A_sale_that_is_told_a_hundred_times_to_both_is_one_sale_with_one_answer()
    {
        await using var one = await StartAsync();
        await using var other = await StartAsync();
        var click = one.Click(await one.HasLinkAsync("ana"));
        (await one.PostAsync("/track/lead", new { clickId = click, eventName = "e", customerExternalId = "c" })).Ok();

        var replies = await Task.WhenAll(Enumerable.Range(0, 100).Select(i =>
            (i % 2 == 0 ? one : other).PostAsync("/track/sale", new { customerExternalId = "c", amount = 500, invoiceId = "i1" })));

        Assert.Single(replies.Select(reply => reply.Text).Distinct());
        Assert.All(replies, reply => reply.Ok());
        Assert.Equal("1|500", await PostgresDatabases.AskAsync(_server, "SELECT COUNT(*), SUM(amount) FROM conversions WHERE kind = 'sale'"));
        Assert.Equal("500|99", await PostgresDatabases.AskAsync(
            _server, "SELECT (SELECT value FROM counters WHERE name = 'posted:usd'), (SELECT value FROM counters WHERE name = 'sale_repeats')"));
    }

    [FactWith(Need.Postgres)]
    public async Task Links_of_both_are_numbered_in_the_order_of_their_commits()
    {
        using var one = Open();
        using var other = Open();
        var seen = new List<long>();
        var writers = Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => (i % 2 == 0 ? one : other).WriteAsync(
            session =>
            {
                var version = session.Add("link_version", 1);
                return session.Execute("INSERT INTO link_places (domain, key, version) VALUES ('d', @key, @version)", new { key = i.ToString(CultureInfo.InvariantCulture), version });
            },
            CancellationToken.None))));

        // Whoever reads on from the newest version that it saw must miss none.
        while (seen.Count < 200)
        {
            seen.AddRange(one.Read(session => session.Query<long>(
                "SELECT version FROM link_places WHERE version > @after ORDER BY version", new { after = seen.Count == 0 ? 0 : seen[^1] })));
            Assert.False(writers.IsFaulted);
            await Task.Yield();
        }

        await writers;
        Assert.Equal(Enumerable.Range(1, 200).Select(i => (long)i), seen);
    }

    [FactWith(Need.Postgres)]
    public async Task Two_that_start_at_once_make_the_tables_once_show_one_key_and_agree_on_the_installation()
    {
        await PostgresDatabases.AskAsync(_server, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        var shown = new System.Collections.Concurrent.ConcurrentBag<string>();

        var started = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            using var database = Open();
            var ids = new EntityId(TimeProvider.System);
            return (Installation.Open(database, ids), ApiKeys.Open(database, new Settings(), ids, TimeProvider.System, shown.Add));
        })));

        var key = Assert.Single(shown);
        Assert.All(started, one => Assert.True(one.Item2.IsValid(key)));
        Assert.Single(started.Select(one => one.Item1).Distinct());
    }

    private Task<AggregatorServer> StartAsync() => AggregatorServer.StartAsync(change: settings => settings with { PostgresConnection = _server });

    private Database Open() => Database.Open(new PostgresEngine(_server));
}
