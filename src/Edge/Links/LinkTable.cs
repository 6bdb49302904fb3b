using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text;
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
internal sealed partial class LinkTable : IDisposable
{
    private readonly Lock _writing = new();
    private readonly Domains _domains;
    private readonly CompactingStore _store;
    private readonly ILogger<LinkTable> _logger;
    private long _count;
    private long _refused;
    private volatile bool _isLoaded;

    /// <param name="defaultDomain">Answers for hosts that are no domain.</param>
    /// <param name="memoryBytes">The most that the table may take, 16 MiB or more.</param>
    public LinkTable(string defaultDomain, long memoryBytes, ILogger<LinkTable> logger)
    {
        _domains = new Domains(defaultDomain);
        _store = new CompactingStore(memoryBytes);
        _logger = logger;
    }

    /// <summary>Whether every link that the source had at the start is here.</summary>
    public bool IsLoaded => _isLoaded;

    public long Count => Volatile.Read(ref _count);

    /// <summary>Log and index; the garbage that the next compaction frees is part of it.</summary>
    public long Bytes
    {
        get
        {
            var store = _store.Current;
            return store.LogBytes + store.IndexBytes;
        }
    }

    /// <summary>Changes that were not taken in, for want of memory or because a record cannot hold them.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>How often the table moved into a fresh store, to grow its index or to shed garbage.</summary>
    public long Rebuilds => _store.Rebuilds;

    /// <summary>Bytes of links that left memory unseen; anything but 0 is a defect.</summary>
    public long LostBytes => _store.Current.LostBytes;

    public void MarkLoaded() => _isLoaded = true;

    /// <summary>Finds a link by Host header and key (UTF-8). The record is valid until this thread looks again.</summary>
    public bool TryFind(scoped ReadOnlySpan<byte> host, scoped ReadOnlySpan<byte> key, out LinkRecord link)
    {
        var store = _store.Current;
        var domain = _domains.Find(host);
        return TryFindExact(store, domain, key, out link) || TryFindAlike(store, domain, key, out link);
    }

    /// <summary>Takes in one change. False when it was refused; then whatever was there before still is.</summary>
    public bool Apply(in LinkChange change)
    {
        lock (_writing)
        {
            return change.Key.Length is > 0 and <= ShortCode.MaxKeyLength && _domains.GetOrAdd(change.Domain) is { } domain
                ? Apply(domain, change)
                : Refuse(change, "its key or domain is out of range");
        }
    }

    public void Dispose() => _store.Dispose();

    private static bool TryFindExact(LinkStore store, int domain, scoped ReadOnlySpan<byte> key, out LinkRecord link)
    {
        var code = Code16.OfKey(domain, key);
        var found = store.TryRead(code, out var bytes);
        link = new LinkRecord(bytes);
        return found && link.IsAt(code, domain, key);
    }

    private static bool TryFindAlike(LinkStore store, int domain, scoped ReadOnlySpan<byte> key, out LinkRecord link)
    {
        link = default;
        var normal = ShortCode.Normalise(Encoding.UTF8.GetString(key));
        Span<byte> text = stackalloc byte[LinkRecord.MaxKeyBytes];
        if (!TryEncode(normal, ref text))
        {
            return false;
        }

        // Without an entry no bent key has this form, so only the form itself can be a key.
        return store.TryRead(Code16.OfNormalForm(domain, text), out var bytes)
            ? TryFindOnly(store, LookAlikes.Read(bytes), normal, out link)
            : !text.SequenceEqual(key) && TryFindExact(store, domain, text, out link);
    }

    private static bool TryFindOnly(LinkStore store, LookAlikes alike, string normal, out LinkRecord link)
    {
        link = default;
        if (alike.Links != 1 || !store.TryRead(alike.Sum, out var bytes))
        {
            return false;
        }

        link = new LinkRecord(bytes);
        Span<byte> inline = stackalloc byte[Code16.InlineBytes];
        var key = alike.Sum.IsHashed ? link.HashedKey : inline[..alike.Sum.CopyInlineKey(inline)];
        return ShortCode.Normalise(Encoding.UTF8.GetString(key)) == normal;
    }

    private bool Apply(int domain, in LinkChange change)
    {
        Span<byte> key = stackalloc byte[LinkRecord.MaxKeyBytes];
        _ = TryEncode(change.Key, ref key);
        var code = Code16.OfKey(domain, key);
        var oldBytes = 0;
        if (_store.Current.TryRead(code, out var old))
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
        if (!_store.TryMakeRoom(needed, oldBytes))
        {
            return Refuse(change, "the table is full; raise Edge__LinkMemoryMiB and restart");
        }

        LinkRecord.Write(link, code, domain, key, record);
        _store.Write(code, record, oldBytes);
        if (oldBytes == 0)
        {
            Volatile.Write(ref _count, _count + 1);
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

        _store.Erase(code, oldBytes);
        Volatile.Write(ref _count, _count - 1);
        CountForm(domain, code, key, added: false);
    }

    /// <summary>Keeps the entry of the key's normal form right; see <see cref="LookAlikes"/>.</summary>
    private void CountForm(int domain, Code16 code, string key, bool added)
    {
        var normal = ShortCode.Normalise(key);
        Span<byte> text = stackalloc byte[LinkRecord.MaxKeyBytes];
        if (!TryEncode(normal, ref text))
        {
            return;
        }

        var form = Code16.OfNormalForm(domain, text);
        var bent = normal != key;
        var exists = _store.Current.TryRead(form, out var bytes);
        if (!exists && !bent)
        {
            return;
        }

        var alike = exists ? LookAlikes.Read(bytes) : Straight(domain, text);
        alike = added ? alike.With(code, bent) : alike.Without(code, bent);
        var oldBytes = exists ? LinkStore.RecordBytes(LookAlikes.ByteLength) : 0;
        if (alike.Bent == 0)
        {
            _store.Erase(form, oldBytes);
            return;
        }

        Span<byte> entry = stackalloc byte[LookAlikes.ByteLength];
        alike.Write(entry);
        _store.Write(form, entry, oldBytes);
    }

    /// <summary>The links of a form that had no entry: at most the one whose key is the form itself.</summary>
    private LookAlikes Straight(int domain, ReadOnlySpan<byte> normal) =>
        TryFindExact(_store.Current, domain, normal, out _) ? default(LookAlikes).With(Code16.OfKey(domain, normal), bent: false) : default;

    /// <summary>False, too, for a text without any character: nothing may be found by it.</summary>
    private static bool TryEncode(string text, ref Span<byte> bytes)
    {
        var fits = Encoding.UTF8.TryGetBytes(text, bytes, out var written) && written > 0;
        bytes = bytes[..written];
        return fits;
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
