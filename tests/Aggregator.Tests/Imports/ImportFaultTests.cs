using LinkTracker.Aggregator.Imports;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;
using Microsoft.Extensions.DependencyInjection;
using static LinkTracker.Aggregator.Tests.Imports.ImportCalls;

namespace LinkTracker.Aggregator.Tests.Imports;

/// <summary>Faults are triggers in the database: a statement that matches fails as it would on a full disk.</summary>
public abstract class ImportFaultTests : EngineTests
{
    private const int Rows = (2 * StagedLinks.RowsAtOnce) + 200;
    private static readonly string Upload = "url,key,externalId\n" + string.Concat(Enumerable.Range(0, Rows).Select(i => $"https://a.example/,k{i},e{i}\n"));

    [EngineFact]
    public async Task A_failing_database_stops_neither_the_host_nor_the_queue()
    {
        await using var server = await StartAsync();
        server.Clock.Holds = due => due == ImportWorker.RetryDelay;
        Break(server, "BEFORE UPDATE ON imports");
        var id = await UploadAsync(server, Upload);
        await server.Clock.UntilHeldAsync();
        Assert.False(server.App.Lifetime.ApplicationStopping.IsCancellationRequested);
        Assert.Equal("0", (await server.GetAsync("/links/count")).Text);

        Mend(server);
        server.Clock.Fire();
        var (status, _, imported, errors) = await EndOfAsync(server, id);
        Assert.Equal(("failed", 0L), (status, imported));
        Assert.Contains("send it again", errors, StringComparison.Ordinal);
        Assert.Equal("done", (await ImportAsync(server, "text/csv", System.Text.Encoding.UTF8.GetBytes(Upload))).Status);
    }

    [EngineFact]
    public async Task Links_of_a_partner_who_is_banned_meanwhile_are_disabled_for_it()
    {
        await using var server = await StartAsync();
        var partner = (await server.PostAsync("/partners", new { email = "a@example.com" })).Ok().GetProperty("id").GetString();
        Trigger(server, "AFTER UPDATE ON imports", "NEW.status = 'importing'", "UPDATE partners SET status = 'banned'");
        var (status, _, _, _) = await EndOfAsync(server, await UploadAsync(server, $"url,key,partnerId,disabled\nhttps://a.example/,live,{partner},false\nhttps://a.example/,off,{partner},true\n"));
        Assert.Equal("done", status);
        var reasons = server.Database.Read(session => session.Query<string?>("SELECT disabled_reason FROM links WHERE disabled_at IS NOT NULL ORDER BY key"));
        Assert.Equal(["partner_banned", null], reasons);
    }

    [EngineFact]
    public async Task A_failure_before_the_links_appear_takes_nothing_and_gives_the_keys_back()
    {
        await using var server = await StartAsync();
        Break(server, "BEFORE INSERT ON staged_links", $"NEW.key_folded = 'k{Rows - 1}'");
        var (status, _, imported, errors) = await EndOfAsync(server, await UploadAsync(server, Upload));
        Assert.Equal(("failed", 0L), (status, imported));
        Assert.Contains("the server failed", errors, StringComparison.Ordinal);
        Assert.Equal("0", (await server.GetAsync("/links/count")).Text);
        await server.HasLinkAsync("k1", new { externalId = "e1" });
    }

    [EngineFact]
    public async Task A_key_that_is_taken_between_the_check_and_the_reservation_fails_the_import_whole()
    {
        await using var server = await StartAsync();
        await server.HasLinkAsync("other");
        Trigger(
            server, "AFTER UPDATE ON imports", "NEW.status = 'importing'",
            $"INSERT INTO link_places VALUES ('go.example.com', 'k{Rows - 1}', (SELECT MIN(id) FROM links), 1000000)");
        var (status, _, imported, errors) = await EndOfAsync(server, await UploadAsync(server, Upload));
        Assert.Equal(("failed", 0L), (status, imported));
        Assert.Equal($$"""[{"row":{{Rows + 1}},"reason":"key: k{{Rows - 1}} is taken on go.example.com."}]""", errors);
        Assert.Equal("1", (await server.GetAsync("/links/count")).Text);
        await server.HasLinkAsync("k1", new { externalId = "e1" });
    }

    [EngineFact]
    public async Task What_has_begun_to_appear_is_finished_over_failures_and_a_stop_and_its_keys_stay_reserved()
    {
        var folder = Directory.CreateTempSubdirectory("linktracker-").FullName;
        try
        {
            string id;
            await using (var server = await StartAsync(folder))
            {
                server.Clock.Holds = due => due == ImportWorker.RetryDelay;
                Break(server, "BEFORE INSERT ON links", $"NEW.key = 'k{Rows - 300}'");
                id = await UploadAsync(server, Upload);
                await server.Clock.UntilHeldAsync();
                var import = (await server.GetAsync("/links/import/" + id)).Ok();
                Assert.Equal(("publishing", 0L), (import.GetProperty("status").GetString(), import.GetProperty("imported").GetInt64()));
                Assert.Equal($"{StagedLinks.RowsAtOnce}", (await server.GetAsync("/links/count")).Text);
                (await server.PostAsync("/links", new { url = "https://b.example/", key = $"K-{Rows - 1}" })).Refused(409, "conflict");
                (await server.PostAsync("/links", new { url = "https://b.example/", externalId = $"e{Rows - 1}" })).Refused(409, "conflict");
                Mend(server);
            }

            await using (var server = await StartAsync(folder))
            {
                Assert.Equal(("done", (long)Rows, (long)Rows, "[]"), await EndOfAsync(server, id));
                Assert.Equal($"{Rows}", (await server.GetAsync("/links/count")).Text);
                Assert.Equal(Rows, (await server.GetAsync("/stats")).Ok().GetProperty("links").GetProperty("live").GetInt64());
                Assert.Equal($"e{Rows - 1}", (await server.GetAsync($"/links/info?key=k{Rows - 1}")).Ok().GetProperty("externalId").GetString());
                await UploadsAreGoneAsync(server);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [EngineFact]
    public async Task Other_writers_get_their_turn_within_an_import()
    {
        await using var server = await StartAsync();
        var path = Path.Combine(server.Folder, "links.csv");
        await File.WriteAllTextAsync(path, Upload);
        var services = server.App.Services;
        var import = new ImportRow { Format = "csv", RowCount = Rows, Status = "importing" };
        await services.GetRequiredService<ImportStore>().AddAsync(import, CancellationToken.None);
        var work = new LinkImport(import, path, services.GetRequiredService<LinkRules>(), services.GetRequiredService<EntityId>(), 0);
        var staged = await SeenByAnotherAsync(work.StageAsync, "staged_links");
        Assert.Equal((StagedLinks.RowsAtOnce, Rows), staged);
        var published = await SeenByAnotherAsync((_, cancellation) => services.GetRequiredService<StagedLinks>().PublishAsync(import, cancellation), "links");
        Assert.Equal((StagedLinks.RowsAtOnce, Rows), published);

        // What a writer sees that asked for its turn right behind the import, and what is there at the end.
        async Task<(long, long)> SeenByAnotherAsync(Func<Database, CancellationToken, Task> run, string table)
        {
            var started = new TaskCompletionSource();
            using var go = new ManualResetEventSlim();
            var holder = Task.Run(() => server.Database.WriteAsync(
                _ =>
                {
                    started.SetResult();
                    go.Wait();
                    return 0;
                },
                CancellationToken.None));
            await started.Task;
            var running = run(server.Database, CancellationToken.None);
            var other = server.Database.WriteAsync(Count, CancellationToken.None);
            go.Set();
            await Task.WhenAll(holder, running, other);
            return (await other, server.Database.Read(Count));

            long Count(Session session) => session.First<long>($"SELECT COUNT(*) FROM {table}");
        }
    }

    private void Break(AggregatorServer server, string at, string when = "1 = 1") =>
        Trigger(server, at, when, IsOnPostgres ? "RAISE EXCEPTION 'the disk is full'" : "SELECT RAISE(ABORT, 'the disk is full')");

    private void Mend(AggregatorServer server) => Run(server, IsOnPostgres ? "DROP FUNCTION fault CASCADE" : "DROP TRIGGER fault");

    private void Trigger(AggregatorServer server, string at, string when, string action) => Run(server, IsOnPostgres
        ? $"""
            CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {action}; RETURN NEW; END $$;
            CREATE TRIGGER fault {at} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION fault();
            """
        : $"CREATE TRIGGER fault {at} WHEN {when} BEGIN {action}; END");

    private static void Run(AggregatorServer server, string sql) => server.Database.Write(session => session.Execute(sql));
}

public sealed class ImportFaultTestsOnSqlite : ImportFaultTests;

[OnPostgres]
public sealed class ImportFaultTestsOnPostgres : ImportFaultTests;
