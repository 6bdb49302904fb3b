using LinkTracker.Aggregator.Imports;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.DependencyInjection;
using static LinkTracker.Aggregator.Tests.Imports.ImportCalls;

namespace LinkTracker.Aggregator.Tests.Imports;

/// <summary>Imports of an Aggregator that is gone, seen from another one of the same installation.</summary>
public sealed class ImportWatchTests : IAsyncLifetime
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(11);

    private string _postgres = "";
    private AggregatorServer _server = null!;

    public async Task InitializeAsync()
    {
        _postgres = await PostgresDatabases.CreateAsync();
        _server = await StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await PostgresDatabases.DropAsync([_postgres]);
    }

    [FactWith(Need.Postgres)]
    public async Task One_that_nobody_saw_anything_of_fails_after_ten_minutes_and_gives_its_keys_back()
    {
        HasImport("importing");
        HasStaged(1, "ana");
        (await _server.PostAsync("/links", new { url = "https://a.example/", key = "ana" })).Refused(409, "conflict");

        await LookAsync();
        Assert.Equal("importing", (await _server.GetAsync("/links/import/imp_0000000000001")).Ok().GetProperty("status").GetString());

        _server.Clock.Ahead = Long;
        await LookAsync();
        var (status, _, imported, errors) = await EndOfAsync(_server, "imp_0000000000001");
        Assert.Equal(("failed", 0L), (status, imported));
        Assert.Contains("was not seen for ten minutes", errors, StringComparison.Ordinal);
        await _server.HasLinkAsync("ana");
    }

    [FactWith(Need.Postgres)]
    public async Task One_whose_links_appear_already_is_finished()
    {
        HasImport("publishing");
        HasStaged(1, "ana");

        _server.Clock.Ahead = Long;
        await LookAsync();
        Assert.Equal("done", (await EndOfAsync(_server, "imp_0000000000001")).Status);
        (await _server.GetAsync("/links/info?key=ana")).Ok();
    }

    [FactWith(Need.Postgres)]
    public async Task One_whose_Aggregator_says_that_it_is_there_is_left_alone_however_long_it_takes()
    {
        using var folder = new UploadFolder(new Settings { Data = Path.Combine(_server.Folder, "other") });
        var other = new ImportStore(_server.Database, folder, _server.Clock);
        HasImport("validating", folder.Id);

        _server.Clock.Ahead = Long;
        await other.BeatAsync(CancellationToken.None);
        await LookAsync();
        Assert.Equal("validating", (await _server.GetAsync("/links/import/imp_0000000000001")).Ok().GetProperty("status").GetString());
    }

    [FactWith(Need.Postgres)]
    public async Task One_that_was_failed_meanwhile_reserves_no_more_keys()
    {
        var services = _server.App.Services;
        var import = new ImportRow { Id = 7, Format = "csv", Status = "importing" };
        await services.GetRequiredService<ImportStore>().AddAsync(import, CancellationToken.None);
        _server.Database.Write(session => session.Execute("UPDATE imports SET status = 'failed'"));

        Assert.Throws<ImportTakenException>(() => _server.Database.Read(session =>
        {
            ImportStore.CheckHeld(session, import);
            return 0;
        }));
        await Assert.ThrowsAsync<ImportTakenException>(() => services.GetRequiredService<ImportStore>().SetStatusAsync(import, "publishing", CancellationToken.None));
    }

    [FactWith(Need.Postgres)]
    public async Task Of_two_uploads_with_the_same_keys_at_once_one_is_taken_whole_and_the_other_not_at_all()
    {
        await using var other = await StartAsync();
        var upload = "url,key,externalId\n" + string.Concat(Enumerable.Range(0, 1_200).Select(i => $"https://a.example/,k{i},e{i}\n"));

        var ends = await Task.WhenAll(new[] { _server, other }.Select(async server => await EndOfAsync(server, await UploadAsync(server, upload))));

        Assert.Equal(["done", "failed"], ends.Select(end => end.Status).Order());
        Assert.Equal("1200", (await _server.GetAsync("/links/count")).Text);
        Assert.Equal("0", await PostgresDatabases.AskAsync(_postgres, "SELECT COUNT(*) FROM staged_links"));
    }

    [FactWith(Need.Postgres)]
    public async Task A_folder_has_one_Aggregator_at_a_time()
    {
        var busy = await Assert.ThrowsAsync<IOException>(() => AggregatorServer.StartAsync(_server.Folder, settings => settings with { PostgresConnection = _postgres }));
        Assert.Equal("LinkTracker__Data: another Aggregator works in this folder; give each its own.", busy.Message);
    }

    private Task LookAsync() => ActivatorUtilities.CreateInstance<ImportWatch>(_server.App.Services).LookAsync(CancellationToken.None);

    private Task<AggregatorServer> StartAsync() => AggregatorServer.StartAsync(change: settings => settings with { PostgresConnection = _postgres });

    private void HasImport(string status, string folder = "gone") => _server.Database.Write(session => session.Execute(
        "INSERT INTO imports VALUES (1, @folder, 'csv', @status, 9, 1, 0, '[]', @now, @now)",
        new { folder, status, now = _server.Clock.GetUtcNow().ToUnixTimeMilliseconds() }));

    private void HasStaged(long id, string key)
    {
        var row = new LinkRow { Id = id, Domain = AggregatorServer.Domain, Key = key, KeyFolded = key, Url = "https://a.example/", QueryPolicy = "keep" };
        _server.Database.Write(session => session.Execute(
            "INSERT INTO staged_links VALUES (@Id, 1, @Domain, @Key, @KeyFolded, NULL, @Json)",
            new { row.Id, row.Domain, row.Key, row.KeyFolded, Json = StagedLinks.ToJson(row) }));
    }
}
