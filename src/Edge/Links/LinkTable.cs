using System.Numerics;
using LinkTracker.Contracts.Links;

namespace LinkTracker.Edge.Links;

/// <summary>
/// Every link, in memory. It is an index that can always be made again from its source; the truth is there.
/// Any number of threads read without locks or allocation; changes come from one thread.
/// </summary>
/// <remarks>
/// A key is looked up exactly first. On a miss its normal form is looked up once, and answers only when exactly one link
/// has that form, so that codes that differ only in case can live side by side. A disabled or expired link still has its form:
/// a typed code must never lead to someone else's link because the right one is switched off for a while.
/// </remarks>
internal sealed class LinkTable : IDisposable
{
    private readonly Lock _writing = new();
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _defaultDomain;
    private readonly long _memoryBytes;
    private readonly ILogger<LinkTable> _logger;
    private LinkContent _content;
    private LinkRenewal? _renewal;
    private long _version;
    private long _refused;
    private bool _isLossTold;
    private volatile bool _isLoaded;

    /// <param name="defaultDomain">Answers for hosts that are no domain.</param>
    /// <param name="memoryBytes">The most that the table may take, 16 MiB or more.</param>
    public LinkTable(string defaultDomain, long memoryBytes, ILogger<LinkTable> logger)
    {
        _defaultDomain = defaultDomain;
        _memoryBytes = memoryBytes;
        _logger = logger;
        _content = new LinkContent(defaultDomain, new CompactingStore(memoryBytes));
    }

    /// <summary>Whether every link that the source had at the start is here.</summary>
    public bool IsLoaded => _isLoaded;

    /// <summary>Ends when <see cref="IsLoaded"/> turns true.</summary>
    public Task Loaded => _loaded.Task;

    public long Count => Content.Count;

    /// <summary>The version of the newest change that came, taken in or refused.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>Log and index; the garbage that the next compaction frees is part of it.</summary>
    public long Bytes
    {
        get
        {
            var store = Content.Store.Current;
            return store.LogBytes + store.IndexBytes;
        }
    }

    /// <summary>Changes that were not taken in, for want of memory or because a record cannot hold them.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>How often the table moved into a fresh store, to grow its index or to shed garbage.</summary>
    public long Rebuilds => Content.Store.Rebuilds;

    /// <summary>Bytes of links that left memory unseen; anything but 0 is a defect.</summary>
    public long LostBytes => Content.Store.LostBytes;

    internal LinkContent Content => Volatile.Read(ref _content);

    public void MarkLoaded()
    {
        _isLoaded = true;
        _ = _loaded.TrySetResult();
    }

    /// <summary>Finds a link by Host header and key (UTF-8). The record is valid until this thread looks again.</summary>
    public bool TryFind(scoped ReadOnlySpan<byte> host, scoped ReadOnlySpan<byte> key, out LinkRecord link) =>
        Content.TryFind(host, key, out link);

    /// <summary>Takes in one change. False when it was refused; then whatever was there before still is.</summary>
    public bool Apply(in LinkChange change)
    {
        lock (_writing)
        {
            var taken = change.Key.Length is > 0 and <= ShortCode.MaxKeyLength && _content.Domains.GetOrAdd(change.Domain) is { } domain
                ? Apply(domain, change)
                : Refuse(change, "its key or domain is out of range");
            Volatile.Write(ref _version, change.Version);
            TellLoss();
            return taken;
        }
    }

    /// <summary>
    /// Writes all that is in the table at one moment to a file, as <see cref="SnapshotHeader"/> describes, and tells the newest
    /// version in it. Null when it could not be done right now. A link that was refused or lost is missing here, and would be for
    /// good if its version was given out as read.
    /// </summary>
    /// <exception cref="IOException">The file cannot be written; the one before stays.</exception>
    public long? TrySave(string path, string source, CancellationToken stopping)
    {
        using var file = new SnapshotWriter(path, source, _defaultDomain, Content.HashKey);
        return new LinkCopy(Content, _writing).TryWrite(file, () => _renewal is null && Refused == 0 && LostBytes == 0 ? _version : null, stopping);
    }

    /// <summary>Takes over what a snapshot holds, before anything else came.</summary>
    /// <exception cref="InvalidDataException">The snapshot is damaged or does not fit; nothing has changed.</exception>
    /// <exception cref="IOException">It cannot be read; nothing has changed.</exception>
    public void Restore(SnapshotReader file)
    {
        // The empty content is left to the collector, like any store that a reader may still be in.
        var restored = LinkRestore.Read(file, _defaultDomain, _memoryBytes);
        lock (_writing)
        {
            Volatile.Write(ref _content, restored);
            Volatile.Write(ref _version, file.Header.Version);
        }
    }

    /// <summary>
    /// The source starts over: from here on the table notes what it is told of. Everything goes on redirecting meanwhile. It takes
    /// some 40 bytes for each link until <see cref="EndRenewal"/>.
    /// </summary>
    public void BeginRenewal()
    {
        lock (_writing)
        {
            _renewal = new LinkRenewal();
            Volatile.Write(ref _version, 0);
        }
    }

    /// <summary>The source has told of everything: what it did not tell of is not there any more.</summary>
    /// <returns>How many links were taken out; null when no renewal was under way.</returns>
    public int? EndRenewal()
    {
        lock (_writing)
        {
            if (_renewal is null)
            {
                return null;
            }

            var untold = _renewal.Untold(_content.Store.Current);
            foreach (var (code, domain, key, recordBytes) in untold)
            {
                Remove(domain, code, key, recordBytes);
            }

            _renewal = null;
            return untold.Count;
        }
    }

    public void Dispose() => Content.Dispose();

    private bool Apply(int domain, in LinkChange change)
    {
        Span<byte> key = stackalloc byte[LinkRecord.MaxKeyBytes];
        _ = LinkContent.TryEncode(change.Key, ref key);
        var code = _content.OfKey(domain, key);
        _renewal?.Tell(code);
        var oldBytes = 0;
        if (_content.Store.Current.TryRead(code, out var old))
        {
            if (!new LinkRecord(old).IsAt(code, domain, key))
            {
                return Refuse(change, "another key has the same hash; choose another key");
            }

            oldBytes = LinkStore.RecordBytes(old.Length);
        }

        if (change.Link is null)
        {
            Remove(domain, code, change.Key, oldBytes);
            return true;
        }

        return Put(domain, code, key, oldBytes, change);
    }

    private bool Put(int domain, Code16 code, ReadOnlySpan<byte> key, int oldBytes, in LinkChange change)
    {
        var link = change.Link!;
        if (!LinkRecord.CanHold(link))
        {
            return Refuse(change, "its target, status, channel or query policy is out of range");
        }

        var record = new byte[LinkRecord.Measure(link, code, key)];
        var needed = LinkStore.RecordBytes(record.Length) + (oldBytes == 0 ? LinkStore.RecordBytes(LookAlikes.ByteLength) : 0);
        if (!_content.Store.TryMakeRoom(needed, oldBytes))
        {
            return Refuse(change, "the table is full; raise Edge__LinkMemoryMiB and restart");
        }

        LinkRecord.Write(link, code, domain, key, record);
        _content.Store.Write(code, record, oldBytes);
        if (oldBytes == 0)
        {
            _content.Count++;
            CountForm(domain, code, change.Key, added: true);
        }

        return true;
    }

    private void Remove(int domain, Code16 code, string key, int oldBytes)
    {
        if (oldBytes == 0)
        {
            return;
        }

        _content.Store.Erase(code, oldBytes);
        _content.Count--;
        CountForm(domain, code, key, added: false);
    }

    /// <summary>Keeps the entry of the key's normal form right; see <see cref="LookAlikes"/>.</summary>
    private void CountForm(int domain, Code16 code, string key, bool added)
    {
        var normal = ShortCode.Normalise(key);
        Span<byte> text = stackalloc byte[LinkRecord.MaxKeyBytes];
        if (!LinkContent.TryEncode(normal, ref text))
        {
            return;
        }

        var form = _content.OfNormalForm(domain, text);
        var bent = normal != key;
        var exists = _content.Store.Current.TryRead(form, out var bytes);
        if (!exists && !bent)
        {
            return;
        }

        var alike = exists ? LookAlikes.Read(bytes) : Straight(domain, text);
        alike = added ? alike.With(code, bent) : alike.Without(code, bent);
        var oldBytes = exists ? LinkStore.RecordBytes(LookAlikes.ByteLength) : 0;
        if (alike.Bent == 0)
        {
            _content.Store.Erase(form, oldBytes);
            return;
        }

        Span<byte> entry = stackalloc byte[LookAlikes.ByteLength];
        alike.Write(entry);
        _content.Store.Write(form, entry, oldBytes);
    }

    /// <summary>The links of a form that had no entry: at most the one whose key is the form itself.</summary>
    private LookAlikes Straight(int domain, ReadOnlySpan<byte> normal) =>
        _content.TryFindExact(_content.Store.Current, domain, normal, out _) ? default(LookAlikes).With(_content.OfKey(domain, normal), bent: false) : default;

    /// <summary>Said once: the store never loses anything, unless this program is wrong.</summary>
    private void TellLoss()
    {
        if (!_isLossTold && LostBytes is > 0 and var lost)
        {
            _isLossTold = true;
            Log.LinksLost(_logger, lost);
        }
    }

    private bool Refuse(in LinkChange change, string reason)
    {
        // Said once for each power of two, so that a full table does not fill the log as well.
        var refused = Interlocked.Increment(ref _refused);
        if (BitOperations.IsPow2(refused))
        {
            Log.LinkRefused(_logger, change.Domain, change.Version, reason, refused);
        }

        return false;
    }
}
