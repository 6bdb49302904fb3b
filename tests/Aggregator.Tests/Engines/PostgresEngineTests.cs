using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Tests.Engines;

public sealed class PostgresEngineTests : IAsyncLifetime
{
    private string _server = "";

    public async Task InitializeAsync() => _server = await PostgresDatabases.CreateAsync();

    public Task DisposeAsync() => PostgresDatabases.DropAsync([_server]);

    [FactWith(Need.Postgres)]
    public async Task A_writer_that_freezes_is_cut_off_and_the_next_gets_its_turn()
    {
        using var frozen = Open();
        using var next = Open();
        var isInside = new TaskCompletionSource();
        using var wake = new ManualResetEventSlim();
        var sleeper = Task.Run(() => frozen.WriteAsync(
            session =>
            {
                session.Add("frozen", 1);
                isInside.SetResult();
                wake.Wait();
                return session.Add("frozen", 1);
            },
            CancellationToken.None));
        await isInside.Task;

        Assert.Equal(1, await next.WriteAsync(session => session.Add("next", 1), CancellationToken.None));

        wake.Set();
        Assert.False((await Assert.ThrowsAsync<StoreUnavailableException>(() => sleeper)).MayBeStored);
        Assert.Equal(0, next.Read(session => session.Counter("frozen")));
        Assert.Equal(1, frozen.Write(session => session.Add("frozen", 1)));
    }

    [FactWith(Need.Postgres)]
    public void A_connection_that_is_lost_at_the_commit_leaves_open_what_was_stored_and_wakes_who_waits()
    {
        using var database = Open();
        var isWoken = false;

        var lost = Assert.Throws<StoreUnavailableException>(() => database.Write(session =>
        {
            session.AfterCommit(() => isWoken = true);
            EndConnection(session.First<int>("SELECT pg_backend_pid()"));
            return 0;
        }));

        Assert.True(lost.MayBeStored);
        Assert.True(isWoken);
        Assert.Equal(1, database.Write(session => session.Add("test", 1)));
    }

    [FactWith(Need.Postgres)]
    public void A_writer_looks_things_up_by_keys_before_the_server_knows_how_large_tables_are()
    {
        using var database = Open();
        Assert.Contains("conversions_business_key", PlanOf("SELECT id FROM conversions WHERE business_key = ANY('{a,b,c,d,e,f,g,h,i,j}')"), StringComparison.Ordinal);
        Assert.Contains("Seq Scan on programs", PlanOf("SELECT * FROM programs"), StringComparison.Ordinal);
        Assert.Equal("off", database.Write(session => session.First<string>("SHOW jit")));
        Assert.Equal("force_custom_plan", database.Read(session => session.First<string>("SHOW plan_cache_mode")));

        string PlanOf(string sql) => database.Write(session => string.Join('\n', session.Query<string>("EXPLAIN " + sql)));
    }

    [FactWith(Need.Postgres)]
    public void A_read_that_takes_too_long_is_told_from_a_server_that_is_away()
    {
        using var database = Open();
        var slow = Assert.Throws<StoreUnavailableException>(() => database.Read(session =>
        {
            session.Execute("SET LOCAL statement_timeout = 20");
            return session.First<string>("SELECT pg_sleep(30)::text");
        }));
        Assert.True(slow.TookTooLong);

        var lost = Assert.Throws<StoreUnavailableException>(() => database.Read(session =>
        {
            EndConnection(session.First<int>("SELECT pg_backend_pid()"));
            return session.First<int>("SELECT 1");
        }));
        Assert.False(lost.TookTooLong);
    }

    [FactWith(Need.Postgres)]
    public void A_connection_that_died_in_the_pool_is_replaced_without_an_error()
    {
        using var database = Open();
        EndConnection(database.Write(session => session.First<int>("SELECT pg_backend_pid()")));
        EndConnection(database.Read(session => session.First<int>("SELECT pg_backend_pid()")));

        Assert.Equal(1, database.Write(session => session.Add("test", 1)));
        Assert.Equal(1, database.Read(session => session.Counter("test")));
    }

    [FactWith(Need.Postgres)]
    public void A_prepared_statement_from_before_a_change_of_the_tables_fails_once()
    {
        using var database = Open();
        for (var i = 0; i < 3; i++)
        {
            Assert.Empty(Read());
        }

        database.Write(session => session.Execute("ALTER TABLE partners ADD COLUMN later TEXT"));

        Assert.Throws<StoreUnavailableException>(Read);
        Assert.Empty(Read());

        IReadOnlyList<object> Read() => database.Read(session => session.Query<object>("SELECT * FROM partners"));
    }

    [FactWith(Need.Postgres)]
    public async Task Every_text_is_compared_byte_by_byte() => Assert.Equal("", await PostgresDatabases.AskAsync(
        _server,
        """
        SELECT attrelid::regclass, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attcollation NOT IN (0, '"C"'::regcollation)
        """));

    [FactWith(Need.Postgres)]
    public async Task A_role_that_may_not_make_tables_cannot_start()
    {
        await PostgresDatabases.AskAsync(_server, "DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC; CREATE ROLE reader LOGIN");
        var refused = Assert.Throws<StoreUnavailableException>(() => Database.Open(new PostgresEngine(_server.Replace("Username=postgres", "Username=reader", StringComparison.Ordinal))));
        Assert.Equal("The database cannot be used: permission denied for schema public (42501).", refused.Message);
    }

    [FactWith(Need.Postgres)]
    public async Task A_database_that_cannot_hold_every_text_is_refused_and_one_that_takes_bytes_is_not()
    {
        await PostgresDatabases.AskAsync(_server, "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
        await PostgresDatabases.AskAsync(_server, "CREATE DATABASE bytes TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'");
        var refused = Assert.Throws<SettingsException>(() => Database.Open(new PostgresEngine(Other("latin"))));
        Assert.Contains("in LATIN1, which cannot hold every text", refused.Message, StringComparison.Ordinal);

        using var database = Database.Open(new PostgresEngine(Other("bytes")));
        database.Write(session => session.Add("Ärger 漢字", 1));
        Assert.Equal("Ärger 漢字", database.Read(session => session.First<string>("SELECT name FROM counters WHERE name LIKE '%漢%'")));

        string Other(string name) => _server[..(_server.LastIndexOf('=') + 1)] + name;
    }

    [FactWith(Need.Postgres)]
    public void A_script_may_take_longer_than_a_statement()
    {
        // This process gives up two seconds behind the server.
        var limits = new PostgresLimits(Statement: TimeSpan.FromSeconds(1), Lock: TimeSpan.FromSeconds(1), Idle: TimeSpan.FromSeconds(5));
        var engine = new PostgresEngine(_server, limits);
        using var database = Database.Open(engine);
        database.Write(session =>
        {
            engine.Prepare(session);
            session.ExecuteScript("SELECT pg_sleep(3.5)");
            return session.Add("long", 1);
        });
        Assert.Throws<StoreUnavailableException>(() => database.Write(session => session.Execute("SELECT pg_sleep(3.5)")));
        Assert.Equal(1, database.Read(session => session.Counter("long")));
    }

    [Fact]
    public void A_server_that_cannot_end_idle_sessions_is_refused()
    {
        PostgresEngine.RefuseTooOld(140000);
        Assert.StartsWith(
            "ConnectionStrings__Postgres names a PostgreSQL 13,",
            Assert.Throws<SettingsException>(() => PostgresEngine.RefuseTooOld(130023)).Message,
            StringComparison.Ordinal);
    }

    // 97 are for everybody, of a hundred unless told otherwise.
    [Fact]
    public void Two_Aggregators_fit_into_a_server_that_nobody_set_up() => Assert.InRange(2 * PostgresConnections.Total, 1, 97);

    // One that finds none free waits for ever, since the others hold theirs for ever.
    [Fact]
    public void Each_lone_service_has_a_connection_for_its_lease() => Assert.InRange(
        typeof(LoneService).Assembly.GetTypes().Count(type => type.IsSubclassOf(typeof(LoneService))), 1, PostgresConnections.Leases);

    private void EndConnection(int process) =>
        PostgresDatabases.AskAsync(_server, $"SELECT pg_terminate_backend({process}, 5000)").GetAwaiter().GetResult();

    private Database Open() => Database.Open(new PostgresEngine(_server));
}
