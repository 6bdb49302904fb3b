using System.Text;
using LinkTracker.Contracts.Links;
using LinkTracker.Edge.Links;
using LinkTracker.Edge.Tests.Clicks;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Edge.Tests.Links;

public sealed class LinkSnapshotTests : IDisposable
{
    private readonly SnapshotRig _rig = new();
    private readonly TableProbe _links = new();

    public void Dispose()
    {
        _links.Dispose();
        _rig.Dispose();
    }

    [Fact]
    public async Task After_a_restart_every_field_is_as_it_was()
    {
        string[] keys = ["short", "a-key-too-long-to-stand-in-the-code-itself", "längere/ключ-ключ"];
        var expires = new DateTimeOffset(2027, 1, 2, 3, 4, 5, TimeSpan.Zero);
        foreach (var key in keys)
        {
            Assert.True(_links.Put(new LinkState
            {
                Id = long.MaxValue,
                Domain = TableProbe.Domain,
                Key = key,
                Url = "https://shop.example.com/p?x=1#top",
                TrackConversion = true,
                ExpiresAt = expires,
                ExpiredUrl = "https://shop.example.com/over",
                Disabled = true,
                RedirectStatus = 308,
                QueryPolicy = QueryPolicy.None,
                Channel = "mail",
            }));
        }

        _rig.Saves(_links.Table);

        using var restarted = await _rig.RestartAsync();
        Assert.Equal((3, _links.Table.Version), (restarted.Table.Count, restarted.Table.Version));
        foreach (var key in keys)
        {
            Assert.True(restarted.Table.TryFind("go.example.com"u8, Encoding.UTF8.GetBytes(key), out var link));
            Assert.Equal((long.MaxValue, expires.ToUnixTimeMilliseconds()), (link.Id, link.ExpiresAtMs));
            Assert.Equal("https://shop.example.com/p?x=1#top", Encoding.ASCII.GetString(link.Url));
            Assert.Equal("https://shop.example.com/over", Encoding.ASCII.GetString(link.ExpiredUrl));
            Assert.Equal("mail", Encoding.ASCII.GetString(link.Channel));
            Assert.Equal((true, true, 308, QueryPolicy.None), (link.TrackConversion, link.Disabled, link.Status, link.QueryPolicy));
        }
    }

    [Fact]
    public async Task Look_alikes_domains_and_long_keys_go_on_where_they_were()
    {
        _ = _links.Has("Spring-Sale", "https://a.example/");
        _ = _links.Has("Campaign-Of-A-Partner-With-A-Long-Name", "https://b.example/");
        _ = _links.Has("aBc", "https://one.example/");
        _ = _links.Has("AbC", "https://two.example/");
        _ = _links.Has("x", "https://default.example/");
        _ = _links.Has("x", "https://other.example/", "other.example.org");
        _ = _links.Has("x", "https://third.example/", "third.example.org");
        _ = _links.Loses("x", "other.example.org");
        _rig.Saves(_links.Table);

        using var restarted = await _rig.RestartAsync();
        Assert.Equal("https://a.example/", restarted.Find("springsale"));
        Assert.Equal("https://b.example/", restarted.Find("campaignofapartnerwithalongname"));
        Assert.Equal("https://third.example/", restarted.Find("x", "third.example.org"));
        Assert.Null(restarted.Find("abc"));
        Assert.Null(restarted.Find("x", "other.example.org"));

        // What was counted before the restart is counted down after it, and new domains get new numbers.
        Assert.True(restarted.Loses("aBc"));
        Assert.Equal("https://two.example/", restarted.Find("abc"));
        Assert.True(restarted.Loses("Campaign-Of-A-Partner-With-A-Long-Name"));
        Assert.Null(restarted.Find("campaignofapartnerwithalongname"));
        Assert.True(restarted.Has("x", "https://fourth.example/", "fourth.example.org"));
        Assert.Equal("https://third.example/", restarted.Find("x", "third.example.org"));
    }

    [Fact]
    public async Task A_hundred_thousand_links_come_back_into_an_index_that_fits_them()
    {
        for (var i = 0; i < 100_000; i++)
        {
            Assert.True(_links.Has($"K{i}", $"https://shop.example.com/{i}", id: i));
        }

        _rig.Saves(_links.Table);

        using var restarted = await _rig.RestartAsync();
        Assert.Equal((100_000, 0, 0), (restarted.Table.Count, restarted.Table.Rebuilds, restarted.Table.LostBytes));
        for (var i = 0; i < 100_000; i++)
        {
            Assert.Equal($"https://shop.example.com/{i}", restarted.Find($"k{i}"));
        }
    }

    [Fact]
    public async Task A_snapshot_that_was_cut_anywhere_is_thrown_away()
    {
        var whole = SavedBytes();
        for (var length = 0; length < whole.Length; length = length < SnapshotHeader.Bytes - 1 ? length + 97 : length + 1)
        {
            await IsThrownAwayAsync(whole[..length], $"cut at {length}");
        }

        await IsThrownAwayAsync([.. whole, 0], "with a byte too many");
    }

    [Fact]
    public async Task A_snapshot_with_one_wrong_byte_anywhere_is_thrown_away()
    {
        var whole = SavedBytes();
        for (var at = 0; at < whole.Length; at = at is >= 150 and < SnapshotHeader.Bytes - 1 ? at + 61 : at + 1)
        {
            var damaged = (byte[])whole.Clone();
            damaged[at] ^= 0x10;
            await IsThrownAwayAsync(damaged, $"wrong at {at}");
        }
    }

    [Fact]
    public async Task A_block_of_another_snapshot_does_not_pass()
    {
        var one = SavedBytes();
        _ = _links.Has("k0", "https://shop.example.com/O");
        var other = SavedBytes();
        Assert.Equal(one.Length, other.Length);

        await IsThrownAwayAsync([.. one[..SnapshotHeader.Bytes], .. other[SnapshotHeader.Bytes..]], "mixed");
    }

    [Fact]
    public async Task A_snapshot_of_another_source_or_default_domain_or_ahead_of_its_source_is_thrown_away()
    {
        var whole = SavedBytes();
        _rig.Source.Name = "installation 2";
        await IsThrownAwayAsync(whole, "another source");

        _rig.Source.Name = "installation 1";
        _rig.Source.Newest = _links.Table.Version - 1;
        await IsThrownAwayAsync(whole, "ahead");

        _rig.Source.Newest = _links.Table.Version;
        await File.WriteAllBytesAsync(_rig.Path, whole);
        using var renamed = new LinkTable("other.example.com", 64 << 20, NullLogger<LinkTable>.Instance);
        using var snapshots = _rig.Over(renamed);
        await snapshots.RestoreAsync(CancellationToken.None);
        Assert.Equal((0, 0), (renamed.Count, renamed.Version));

        await File.WriteAllBytesAsync(_rig.Path, whole);
        using var restarted = await _rig.RestartAsync();
        Assert.Equal(_links.Table.Count, restarted.Table.Count);
    }

    [Fact]
    public async Task A_snapshot_that_no_longer_fits_the_memory_is_thrown_away()
    {
        for (var i = 0; i < 40_000; i++)
        {
            _ = _links.Has($"k{i}", "https://shop.example.com/?" + new string('x', 300));
        }

        _rig.Saves(_links.Table);

        using var restarted = await _rig.RestartAsync(memoryMiB: 16);
        Assert.Equal((0, 0), (restarted.Table.Count, restarted.Table.Version));
        Assert.Empty(_rig.Files);
    }

    [Fact]
    public async Task What_a_crash_left_half_written_is_neither_read_nor_kept()
    {
        _ = _links.Has("spring", "https://a.example/");
        _rig.Saves(_links.Table);
        await File.WriteAllTextAsync(SnapshotWriter.TemporaryOf(_rig.Path), new string('x', 100_000));

        using var restarted = await _rig.RestartAsync();
        Assert.Equal("https://a.example/", restarted.Find("spring"));

        _ = _links.Has("summer", "https://b.example/");
        _rig.Saves(_links.Table);
        Assert.Equal(["links.snapshot"], _rig.Files);
        using var again = await _rig.RestartAsync();
        Assert.Equal("https://b.example/", again.Find("summer"));
    }

    [Fact]
    public async Task A_snapshot_that_is_given_up_leaves_the_one_before()
    {
        _ = _links.Has("spring", "https://a.example/");
        _rig.Saves(_links.Table);
        _ = _links.Has("summer", "https://b.example/");
        using var snapshots = _rig.Over(_links.Table);

        Assert.Throws<OperationCanceledException>(() => snapshots.Save(new CancellationToken(canceled: true)));

        Assert.Equal(["links.snapshot"], _rig.Files);
        using var restarted = await _rig.RestartAsync();
        Assert.Equal("https://a.example/", restarted.Find("spring"));
        Assert.Null(restarted.Find("summer"));
    }

    [SkippableRootFact]
    public async Task A_full_disk_leaves_the_snapshot_before()
    {
        using var disk = new SmallDisk(2);
        var settings = new Settings { Data = disk.Path };
        _links.Table.MarkLoaded();
        using var snapshots = new LinkSnapshots(
            _rig.Source, _links.Table, settings, TimeProvider.System, NullLogger<LinkSnapshots>.Instance);
        _ = _links.Has("spring", "https://a.example/");
        Assert.True(snapshots.Save(CancellationToken.None));
        for (var i = 0; i < 40_000; i++)
        {
            _ = _links.Has($"k{i}", "https://shop.example.com/?" + new string('x', 100));
        }

        Assert.False(snapshots.Save(CancellationToken.None));

        Assert.Equal("links.snapshot", Path.GetFileName(Assert.Single(Directory.GetFiles(Path.Combine(disk.Path, "edge")))));
        using var restarted = new TableProbe();
        using var next = new LinkSnapshots(
            _rig.Source, restarted.Table, settings, TimeProvider.System, NullLogger<LinkSnapshots>.Instance);
        await next.RestoreAsync(CancellationToken.None);
        Assert.Equal("https://a.example/", restarted.Find("spring"));
    }

    [Fact]
    public void Nobody_else_may_read_a_snapshot()
    {
        _ = _links.Has("spring");
        _rig.Saves(_links.Table);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_rig.Path));
    }

    [Fact]
    public void A_snapshot_is_written_when_a_hundredth_of_the_links_has_changed()
    {
        using var snapshots = _rig.Over(_links.Table);
        Assert.False(snapshots.Save(CancellationToken.None));
        _links.Table.MarkLoaded();
        Assert.False(snapshots.Save(CancellationToken.None));
        for (var i = 0; i < 1_000; i++)
        {
            _ = _links.Has($"k{i}");
        }

        Assert.True(snapshots.Save(CancellationToken.None));
        for (var i = 0; i < 9; i++)
        {
            _ = _links.Has("k7", disabled: i % 2 == 0);
        }

        Assert.False(snapshots.Save(CancellationToken.None));
        _ = _links.Has("k8", disabled: true);
        Assert.True(snapshots.Save(CancellationToken.None));
    }

    [Fact]
    public void A_table_that_refused_a_change_or_has_a_source_without_a_name_gives_no_snapshot()
    {
        _ = _links.Has("spring");
        _links.Table.MarkLoaded();
        using var snapshots = _rig.Over(_links.Table);
        _rig.Source.Name = null;
        Assert.False(snapshots.Save(CancellationToken.None));
        _rig.Source.Name = "installation 1";
        Assert.False(_links.Has("bad", "no header could carry this\n"));
        Assert.False(snapshots.Save(CancellationToken.None));
        Assert.Null(_links.Table.TrySave(_rig.Path, "installation 1", CancellationToken.None));
        Assert.Empty(_rig.Files);
    }

    /// <summary>A snapshot of a few links of every kind.</summary>
    private byte[] SavedBytes()
    {
        _ = _links.Has("k0", "https://shop.example.com/0");
        _ = _links.Has("A-Key-Longer-Than-Twelve", "https://shop.example.com/1");
        _ = _links.Has("k2", "https://shop.example.com/2", "other.example.org");
        _rig.Saves(_links.Table);
        return File.ReadAllBytes(_rig.Path);
    }

    private async Task IsThrownAwayAsync(byte[] snapshot, string what)
    {
        await File.WriteAllBytesAsync(_rig.Path, snapshot);
        using var restarted = await _rig.RestartAsync(memoryMiB: 16);
        Assert.True((restarted.Table.Count, restarted.Table.Version) == (0, 0), what);
        Assert.True(_rig.Files.Length == 0, what);
    }
}
