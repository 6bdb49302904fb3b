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

    [FactWith(Need.Postgres, Need.Toxiproxy)]
    public async Task A_commit_whose_answer_was_lost_on_the_way_is_counted_once()
    {
        await using var server = await CountsServer.CreateAsync();
        await using var toxiproxy = await Toxiproxy.StartAsync();
        var proxy = await toxiproxy.CreateProxyAsync(server.Port);
        await using var behind = server.Behind(proxy.Port);

        // A commit waits for a lock of ours at its very end, when all there is left to do is to say that it is done.
        server.Run(
            """
            CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END';
            CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT OR UPDATE ON counting_positions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait()
            """);
        var made = behind.Fold(new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 }).Whole());
        using (server.Hold("SELECT pg_advisory_xact_lock(1)"))
        {
            var commit = Task.Run(() => Record.Exception(() => behind.Commit(made)));
            await Eventually.HoldsAsync("the commit waits", Eventually.Limit, () => Task.FromResult(
                server.Query("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'commit' AND wait_event_type = 'Lock'").Count == 1));
            await proxy.CutAsync();
            Assert.IsType<CountsException>(await commit);
            Assert.Null(server.Counts.Read(0));
        }

        await Eventually.HoldsAsync("the commit took effect", Eventually.Limit, () => Task.FromResult(server.Counts.Read(0) is not null));
        await proxy.HealAsync();
        behind.Commit(made);

        Assert.Equal(2, server.Total().Valid);
        Assert.Equal(2, server.AllClicks().Count);
    }
}
