using System.Runtime.CompilerServices;
using System.Threading.Channels;
using LinkTracker.Contracts.Links;
using LinkTracker.Edge.Links;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Edge.Tests.Links;

public sealed class LinkFeedTests : IDisposable
{
    private readonly TableProbe _links = new();
    private readonly Script _source = new();
    private readonly LinkSupply _supply = new();

    public void Dispose() => _links.Dispose();

    [Fact]
    public async Task After_a_failure_links_go_on_redirecting_and_reading_resumes_behind_the_last_change()
    {
        using var snapshots = new LinkSnapshots(_source, _links.Table, new Settings { Data = "none" }, TimeProvider.System, NullLogger<LinkSnapshots>.Instance);
        using var feed = new LinkFeed(_source, _links.Table, snapshots, TimeProvider.System, NullLogger<LinkFeed>.Instance);
        await feed.StartAsync(CancellationToken.None);
        Assert.Equal(0, await _source.NextReadAsync());
        _source.Say(Batch(7, "spring", caughtUp: false));
        _source.Fail(new IOException("the database is away"));

        Assert.Equal(7, await _source.NextReadAsync());
        Assert.Equal("https://shop.example.com/", _links.Find("spring"));
        Assert.False(_links.Table.IsLoaded);

        _source.Say(Batch(9, "summer", caughtUp: true));
        _source.End();
        Assert.Equal(9, await _source.NextReadAsync());
        Assert.True(_links.Table.IsLoaded);
        Assert.Equal("https://shop.example.com/", _links.Find("summer"));
        await feed.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task When_the_source_starts_over_links_stay_until_it_has_told_of_everything()
    {
        using var snapshots = new LinkSnapshots(_source, _links.Table, new Settings { Data = "none" }, TimeProvider.System, NullLogger<LinkSnapshots>.Instance);
        using var feed = new LinkFeed(_source, _links.Table, snapshots, TimeProvider.System, NullLogger<LinkFeed>.Instance);
        await feed.StartAsync(CancellationToken.None);
        _ = await _source.NextReadAsync();
        _source.Say(Batch(7, "spring", caughtUp: true));
        _source.Say(new LinkBatch([], CaughtUp: false, StartsOver: true));
        _source.Fail(new IOException("the broker is away"));
        Assert.Equal(0, await _source.NextReadAsync());
        Assert.Equal("https://shop.example.com/", _links.Find("spring"));

        _source.Say(Batch(2, "summer", caughtUp: true));
        _source.End();
        Assert.Equal(2, await _source.NextReadAsync());
        Assert.Null(_links.Find("spring"));
        Assert.NotNull(_links.Find("summer"));
        await feed.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task What_may_serve_makes_the_Edge_ready_and_ends_no_renewal()
    {
        using var snapshots = new LinkSnapshots(_source, _links.Table, new Settings { Data = "none" }, TimeProvider.System, NullLogger<LinkSnapshots>.Instance);
        using var feed = new LinkFeed(_source, _links.Table, snapshots, TimeProvider.System, NullLogger<LinkFeed>.Instance);
        _ = _links.Has("spring");
        await feed.StartAsync(CancellationToken.None);
        _ = await _source.NextReadAsync();
        _source.Say(new LinkBatch([], CaughtUp: false, StartsOver: true));
        _source.Say(Batch(2, "summer", caughtUp: false) with { MayServe = true });
        _source.End();
        Assert.Equal(2, await _source.NextReadAsync());
        Assert.True(_links.Table.IsLoaded);
        Assert.NotNull(_links.Find("spring"));

        _source.Say(Batch(3, "autumn", caughtUp: true));
        _source.End();
        Assert.Equal(3, await _source.NextReadAsync());
        Assert.Null(_links.Find("spring"));
        Assert.NotNull(_links.Find("summer"));
        await feed.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Health_tells_that_the_source_is_silent_and_that_records_were_unreadable()
    {
        _links.Table.MarkLoaded();
        var health = new LinkHealth(_links.Table, _supply);
        _supply.IsStale = true;
        Assert.Contains("cannot be read", (await health.CheckHealthAsync(new HealthCheckContext())).Description, StringComparison.Ordinal);

        _supply.CountUnreadable();
        Assert.StartsWith("1 records", (await health.CheckHealthAsync(new HealthCheckContext())).Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_says_that_links_are_loading_then_that_all_is_well_then_that_some_were_refused()
    {
        var health = new LinkHealth(_links.Table, _supply);
        Assert.Equal(HealthStatus.Unhealthy, (await health.CheckHealthAsync(new HealthCheckContext())).Status);

        _links.Table.MarkLoaded();
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync(new HealthCheckContext())).Status);

        Assert.False(_links.Has("k", url: "no header could carry this\n"));
        Assert.Equal(HealthStatus.Degraded, (await health.CheckHealthAsync(new HealthCheckContext())).Status);
    }

    [Fact]
    public async Task Health_tells_that_links_left_memory_and_no_snapshot_hides_it()
    {
        using var rig = new SnapshotRig();
        using var links = new TableProbe(memoryMiB: 16);
        links.Table.MarkLoaded();
        _ = links.Has("spring");

        Overfill(links.Table);

        Assert.Equal(HealthStatus.Degraded, (await new LinkHealth(links.Table, new LinkSupply()).CheckHealthAsync(new HealthCheckContext())).Status);
        Assert.Null(links.Find("spring"));
        using var snapshots = rig.Over(links.Table);
        Assert.False(snapshots.Save(CancellationToken.None));
        Assert.Empty(rig.Files);

        // A compaction begins a store that lost nothing, but what is gone stays gone.
        _ = links.Has("summer", "https://shop.example.com/");
        Assert.True(links.Table.Rebuilds > 0);
        Assert.True(links.Table.LostBytes > 0);
    }

    [Fact]
    public async Task The_log_tells_once_that_links_left_memory()
    {
        await using var edge = new EdgeAlone("");
        var change = new LinkChange(1, TableProbe.Domain, "spring", new LinkState { Id = 1, Domain = TableProbe.Domain, Key = "spring", Url = "https://a.example/" });
        Assert.True(edge.Table.Apply(change));
        Assert.DoesNotContain(107, edge.Logged);
        Overfill(edge.Table);

        Assert.True(edge.Table.Apply(change));
        Assert.True(edge.Table.Apply(change));

        Assert.Single(edge.Logged, 107);
    }

    [Fact]
    public async Task An_Edge_alone_serves_its_file()
    {
        await using var edge = new EdgeAlone("""{"key": "spring", "url": "https://shop.example.com/"}""");

        await edge.App.StartAsync();

        Assert.True(edge.App.Services.GetRequiredService<LinkTable>().IsLoaded);
        await edge.App.StopAsync();
    }

    [Fact]
    public async Task A_wrong_line_fails_the_start()
    {
        await using var edge = new EdgeAlone("""{"key": "spring"}""");

        var wrong = await Assert.ThrowsAsync<SettingsException>(() => edge.App.StartAsync());

        Assert.Contains("line 1", wrong.Message, StringComparison.Ordinal);
        Assert.False(edge.App.Services.GetRequiredService<LinkTable>().IsLoaded);
    }

    [Fact]
    public void An_Edge_alone_without_a_file_says_which_setting_is_missing()
    {
        var builder = ServiceHost.CreateBuilder();

        var wrong = Assert.Throws<SettingsException>(() => builder.AddLinksFile(new Settings()));

        Assert.StartsWith("Edge__LinksFile is missing", wrong.Message, StringComparison.Ordinal);
    }

    /// <summary>Past the table, which would have made room.</summary>
    private static void Overfill(LinkTable table)
    {
        var value = new byte[10_000];
        for (var i = 0; table.LostBytes == 0; i++)
        {
            table.Content.Store.Current.Upsert(new Code16(1, (ulong)i), value);
            Assert.True(i < 10_000, "nothing was ever lost");
        }
    }

    private static LinkBatch Batch(long version, string key, bool caughtUp)
    {
        var link = new LinkState { Id = 1, Domain = TableProbe.Domain, Key = key, Url = "https://shop.example.com/" };
        return new LinkBatch([new LinkChange(version, link.Domain, link.Key, link)], caughtUp);
    }

    /// <summary>A source that says, fails and ends as the test tells it to.</summary>
    private sealed class Script : ILinkSource
    {
        private readonly Channel<long> _reads = Channel.CreateUnbounded<long>();
        private readonly Channel<Func<LinkBatch?>> _steps = Channel.CreateUnbounded<Func<LinkBatch?>>();

        public string? Name => null;

        public Task<bool> HoldsAsync(LinkPoint point, CancellationToken cancellation) => Task.FromResult(false);

        public void Say(LinkBatch batch) => _steps.Writer.TryWrite(() => batch);

        public void Fail(Exception failure) => _steps.Writer.TryWrite(() => throw failure);

        public void End() => _steps.Writer.TryWrite(() => null);

        /// <summary>The version behind which the feed reads next.</summary>
        public Task<long> NextReadAsync() => _reads.Reader.ReadAsync().AsTask().WaitAsync(Eventually.Limit);

        public async IAsyncEnumerable<LinkBatch> ReadAsync(long afterVersion, [EnumeratorCancellation] CancellationToken cancellation)
        {
            _ = _reads.Writer.TryWrite(afterVersion);
            while ((await _steps.Reader.ReadAsync(cancellation))() is { } batch)
            {
                yield return batch;
            }
        }
    }
}
