using System.Text;
using LinkTracker.Contracts.Links;
using LinkTracker.Edge.Links;

namespace LinkTracker.Edge.Tests.Links;

/// <summary>Snapshots of a table that is being changed and read.</summary>
public sealed class LinkCopyTests : IDisposable
{
    private const int Keys = 5_000;

    private readonly SnapshotRig _rig = new();
    private readonly Dictionary<string, string> _state = [];
    private long _stateAt;

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_snapshot_shows_one_version_while_links_come_change_and_go()
    {
        using var links = new TableProbe();
        for (var version = 1L; version <= Keys; version++)
        {
            Assert.True(links.Table.Apply(ChangeOf(version)));
        }

        using var enough = new CancellationTokenSource();
        var writer = Task.Run(() => WriteUntil(links.Table, enough.Token));
        var reader = Task.Run(() => ReadUntil(links.Table, enough.Token));
        var shown = new HashSet<long>();
        while (shown.Count < 6)
        {
            if (links.Table.TrySave(_rig.Path, "installation 1", CancellationToken.None) is { } version)
            {
                await ShowsExactlyAsync(version);
                shown.Add(version);
            }
        }

        await enough.CancelAsync();
        var last = await writer;
        await reader;

        // The source tells what came behind the last snapshot.
        using var restarted = await _rig.RestartAsync();
        for (var version = restarted.Table.Version + 1; version <= last; version++)
        {
            Assert.True(restarted.Table.Apply(ChangeOf(version)));
        }

        Equal(StateAt(last), restarted);
    }

    [Fact]
    public void Records_that_move_while_they_are_copied_end_the_attempt()
    {
        using var content = new LinkContent(TableProbe.Domain, new CompactingStore(16 << 20));
        var value = new byte[1_000];
        content.Store.Write(content.OfKey(0, "k"u8), value, oldBytes: 0);
        var copy = new LinkCopy(content, new Lock());
        while (content.Store.Rebuilds == 0)
        {
            Assert.True(content.Store.TryMakeRoom(LinkStore.RecordBytes(value.Length), LinkStore.RecordBytes(value.Length)));
            content.Store.Write(content.OfKey(0, "k"u8), value, LinkStore.RecordBytes(value.Length));
        }

        using var file = new SnapshotWriter(_rig.Path, "installation 1", TableProbe.Domain, content.HashKey);
        Assert.Null(copy.TryWrite(file, () => 1, CancellationToken.None));
        Assert.False(File.Exists(_rig.Path));
    }

    private async Task ShowsExactlyAsync(long version)
    {
        using var restarted = await _rig.RestartAsync();
        Assert.Equal(version, restarted.Table.Version);
        Equal(StateAt(version), restarted);
    }

    private static void Equal(Dictionary<string, string> expected, TableProbe links)
    {
        Assert.Equal(expected.Count, links.Table.Count);
        for (var i = 0; i < Keys; i++)
        {
            Assert.Equal(expected.GetValueOrDefault(KeyOf(i)), links.Find(KeyOf(i)));

            // Through the count of its normal form.
            Assert.Equal(expected.GetValueOrDefault(KeyOf(i)), links.Find(KeyOf(i).ToUpperInvariant()));
        }
    }

    /// <summary>What changes up to a version lead to; asked for ever later ones.</summary>
    private Dictionary<string, string> StateAt(long version)
    {
        while (_stateAt < version)
        {
            var change = ChangeOf(++_stateAt);
            _ = _state.Remove(change.Key);
            if (change.Link is { } link)
            {
                _state[change.Key] = link.Url;
            }
        }

        return _state;
    }

    /// <summary>The same for the same version: every key comes once, then any of them changes, goes or comes back.</summary>
    private static LinkChange ChangeOf(long version)
    {
        var dice = (uint)((ulong)version * 0x9E3779B97F4A7C15 >> 32);
        var key = KeyOf(version <= Keys ? (int)version - 1 : (int)(dice % Keys));
        var isGone = version > Keys && dice / Keys % 3 == 0;
        var link = new LinkState { Id = version, Domain = TableProbe.Domain, Key = key, Url = $"https://shop.example.com/{version}?{new string('x', (int)(version % 200))}" };
        return new LinkChange(version, TableProbe.Domain, key, isGone ? null : link);
    }

    private static string KeyOf(int i) => (i % 3) switch
    {
        0 => $"k{i}",
        1 => $"Bent-{i}",
        _ => $"A-Key-Longer-Than-Twelve-{i}",
    };

    private static long WriteUntil(LinkTable table, CancellationToken enough)
    {
        var version = table.Version;
        while (!enough.IsCancellationRequested)
        {
            Assert.True(table.Apply(ChangeOf(++version)));
        }

        return version;
    }

    private static void ReadUntil(LinkTable table, CancellationToken enough)
    {
        for (var i = 0; !enough.IsCancellationRequested; i = (i + 1) % Keys)
        {
            if (table.TryFind("go.example.com"u8, Encoding.UTF8.GetBytes(KeyOf(i)), out var link))
            {
                Assert.StartsWith($"https://shop.example.com/{link.Id}?", Encoding.ASCII.GetString(link.Url), StringComparison.Ordinal);
            }
        }
    }
}
