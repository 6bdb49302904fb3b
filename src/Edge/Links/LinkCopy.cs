using System.Collections.Concurrent;

namespace LinkTracker.Edge.Links;

/// <summary>
/// Copies a table as it is at one moment, while readers read and the writer goes on writing.
/// </summary>
/// <remarks>
/// The store's log is copied up to its tail, then what was appended meanwhile, until so little is left that the writer can
/// wait for it. So the copy is a log as well: what changed on the way is in it more than once, and the last one holds. An erasure leaves
/// nothing behind in the store's log, therefore the store tells of it. Of a code that was erased and lives again nothing need be
/// said: its new record is behind the old one in the log.
/// </remarks>
internal sealed class LinkCopy(LinkContent content, Lock writing)
{
    // What the writer waits for at the most: a few milliseconds.
    private const long LastBytes = 256 << 10;
    private const int LastErasures = 2_000;

    private readonly LinkStore _store = content.Store.Current;
    private readonly ConcurrentQueue<Code16> _erased = [];
    private readonly List<(Code16 Code, byte[] Value)> _last = [];
    private (long Version, long Links, long Entries, int Domains) _moment;

    /// <summary>
    /// The version that the copy has. Null when the records moved into a fresh store on the way, or there is no version to give: then
    /// nothing was finished, and it may be tried again.
    /// </summary>
    /// <param name="version">Asked at the moment that the copy shows, while the writer waits.</param>
    public long? TryWrite(SnapshotWriter file, Func<long?> version, CancellationToken stopping)
    {
        try
        {
            if (!TryCopyRecords(file, version, stopping))
            {
                return null;
            }
        }
        finally
        {
            lock (writing)
            {
                content.Store.WatchErasures(null);
            }
        }

        foreach (var (code, value) in _last)
        {
            file.Put(SnapshotBlock.Changes, code, value);
        }

        foreach (var host in content.Domains.First(_moment.Domains))
        {
            file.Put(host);
        }

        file.Finish(_moment.Version, _moment.Links, _moment.Entries);
        return _moment.Version;
    }

    private bool TryCopyRecords(SnapshotWriter file, Func<long?> version, CancellationToken stopping)
    {
        long from, to;
        lock (writing)
        {
            content.Store.WatchErasures(_erased);
            (from, to) = _store.Log;
        }

        for (var kind = SnapshotBlock.Records; ; kind = SnapshotBlock.Changes)
        {
            _store.ForEachLive(from, to, (code, value) =>
            {
                stopping.ThrowIfCancellationRequested();
                file.Put(kind, code, value);
            });
            TakeErasures((code, _) => file.Put(SnapshotBlock.Changes, code, []));
            lock (writing)
            {
                if (content.Store.Current != _store)
                {
                    return false;
                }

                (from, to) = (to, _store.Log.Tail);
                if (to - from <= LastBytes && _erased.Count <= LastErasures)
                {
                    return TryKeepRest(from, to, version());
                }
            }
        }
    }

    /// <summary>Into memory: a disk must not hold up the writer.</summary>
    private bool TryKeepRest(long from, long to, long? version)
    {
        _store.ForEachLive(from, to, KeepLast);
        TakeErasures(KeepLast);
        _moment = (version ?? 0, content.Count, content.Store.Entries, content.Domains.Count);
        return version is not null;
    }

    private void TakeErasures(RecordSeen erased)
    {
        while (_erased.TryDequeue(out var code))
        {
            if (!_store.TryRead(code, out _))
            {
                erased(code, []);
            }
        }
    }

    private void KeepLast(Code16 code, ReadOnlySpan<byte> value) => _last.Add((code, value.ToArray()));
}
