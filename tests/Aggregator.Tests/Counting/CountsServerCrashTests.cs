using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Storage.Postgres;
using LinkTracker.Contracts.Clicks;
using Npgsql;

namespace LinkTracker.Aggregator.Tests.Counting;

/// <summary>On a server of their own, because it is killed.</summary>
public sealed class CountsServerCrashTests
{
    [FactWith(Need.Postgres)]
    public async Task Counting_goes_on_where_it_was_stored_after_the_server_was_killed_at_any_time()
    {
        await using var postgres = await PostgresServer.StartAsync();
        var connectionString = await postgres.CreateDatabaseAsync();
        Database.Open(new PostgresEngine(connectionString)).Dispose();
        await using var server = new CountsServer(connectionString);
        var log = new TestLog();
        for (var i = 0; i < 3_000; i++)
        {
            log.Add(new TestClick { Visitor = (ulong)i, At = new TestClick().At.AddSeconds(i) });
        }

        var slices = log.Cut([1_000, 2_000]).ToList();
        server.Count(slices[0]);

        // Between two commits: the connections in the pool are dead, and nobody notices.
        await postgres.KillAsync();
        await postgres.RestartAsync();
        server.Count(slices[1]);

        // While nobody is there to answer.
        var made = server.Fold(slices[2]);
        await postgres.KillAsync();
        var error = Assert.Throws<CountsException>(() => server.Commit(made));
        Assert.False(error.IsDamage);
        Assert.DoesNotContain("127.0.0.1", error.Message, StringComparison.Ordinal);
        Assert.Throws<CountsException>(() => server.Counts.Read(0));
        Assert.Throws<CountsException>(() => server.Counts.Snapshot(0));
        Assert.Throws<CountsException>(() => server.Clicks.Scan(new ClickScan { FromMs = 0, ToMs = 1 }, (in StoredClick _) => { }));
        Assert.Throws<CountsException>(() => server.Clicks.Forget(DateTimeOffset.UnixEpoch));

        await postgres.RestartAsync();
        Assert.Equal(made.Step.Before, server.Counts.Read(0)!.Position);
        server.Commit(made);
        Assert.Equal(3_000, server.Total().Valid);
        Assert.Equal(3_000, server.AllClicks().Count);
    }

    [FactWith(Need.Postgres)]
    public async Task A_holder_that_freezes_in_its_commit_gives_the_partition_free_by_itself()
    {
        await using var server = await CountsServer.CreateAsync();
        var log = new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 });
        server.Count(log.Slice(0, 1));

        var frozen = server.Hold("SELECT * FROM counting_positions FOR UPDATE");
        server.TakeOver();
        server.Count(log.Slice(1, 2));

        Assert.Equal(2, server.Total().Valid);

        // When it thaws, its transaction is gone.
        Assert.Equal("25P03", Assert.Throws<PostgresException>(frozen.Dispose).SqlState);
    }
}
