using LinkTracker.Contracts.Links;
using LinkTracker.Edge.Links;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Edge.Tests.Links;

/// <summary>A data folder, and what an Edge does with snapshots in it at its end and its next start.</summary>
internal sealed class SnapshotRig : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snapshot-");

    public SnapshotRig()
    {
        Settings = new Settings { Data = _folder.FullName, ShortUrl = new Uri("http://" + TableProbe.Domain) };
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
    }

    public Settings Settings { get; }

    public FixedSource Source { get; } = new();

    public string Path => LinkSnapshots.PathIn(Settings);

    public string[] Files => [.. Directory.GetFiles(System.IO.Path.GetDirectoryName(Path)!).Select(file => System.IO.Path.GetFileName(file))];

    public LinkSnapshots Over(LinkTable table, ILogger<LinkSnapshots>? logger = null) =>
        new(Source, table, Settings, TimeProvider.System, logger ?? NullLogger<LinkSnapshots>.Instance);

    /// <summary>Writes a snapshot of the table; it must work.</summary>
    public void Saves(LinkTable table)
    {
        table.MarkLoaded();
        using var snapshots = Over(table);
        Assert.True(snapshots.Save(CancellationToken.None));
    }

    /// <summary>The table of the next start, before its source said a word.</summary>
    public async Task<TableProbe> RestartAsync(long memoryMiB = 64)
    {
        var probe = new TableProbe(memoryMiB);
        using var snapshots = Over(probe.Table);
        await snapshots.RestoreAsync(CancellationToken.None);
        return probe;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>A source that holds every version up to its newest.</summary>
    internal sealed class FixedSource : ILinkSource
    {
        public string? Name { get; set; } = "installation 1";

        public long Newest { get; set; } = long.MaxValue;

        public Task<bool> HoldsAsync(LinkPoint point, CancellationToken cancellation) =>
            Task.FromResult(point.Source == Name && point.Version <= Newest);

        public IAsyncEnumerable<LinkBatch> ReadAsync(long afterVersion, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
