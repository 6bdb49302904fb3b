using System.Security.Cryptography;
using System.Text;
using LinkTracker.Contracts.Links;

namespace LinkTracker.Edge.Links;

/// <summary>
/// What a table holds and how it is searched. A table that is restored gets another content, complete, in place of its empty one.
/// </summary>
internal sealed class LinkContent(string defaultDomain, CompactingStore store, byte[] hashKey) : IDisposable
{
    private long _count;

    public LinkContent(string defaultDomain, CompactingStore store)
        : this(defaultDomain, store, RandomNumberGenerator.GetBytes(Code16.HashKeyBytes))
    {
    }

    public Domains Domains { get; } = new(defaultDomain);

    public CompactingStore Store { get; } = store;

    /// <summary>What long keys are hashed under. Codes mean nothing without it.</summary>
    public byte[] HashKey { get; } = hashKey;

    /// <summary>Links; records of normal forms are not among them.</summary>
    public long Count
    {
        get => Volatile.Read(ref _count);
        set => Volatile.Write(ref _count, value);
    }

    public Code16 OfKey(int domain, scoped ReadOnlySpan<byte> key) => Code16.OfKey(HashKey, domain, key);

    public Code16 OfNormalForm(int domain, scoped ReadOnlySpan<byte> normal) => Code16.OfNormalForm(HashKey, domain, normal);

    public bool TryFind(scoped ReadOnlySpan<byte> host, scoped ReadOnlySpan<byte> key, out LinkRecord link)
    {
        var store = Store.Current;
        var domain = Domains.Find(host);
        return TryFindExact(store, domain, key, out link) || TryFindAlike(store, domain, key, out link);
    }

    public bool TryFindExact(LinkStore store, int domain, scoped ReadOnlySpan<byte> key, out LinkRecord link)
    {
        var code = OfKey(domain, key);
        var found = store.TryRead(code, out var bytes);
        link = new LinkRecord(bytes);
        return found && link.IsAt(code, domain, key);
    }

    /// <summary>False, too, for a text without any character: nothing may be found by it.</summary>
    public static bool TryEncode(string text, ref Span<byte> bytes)
    {
        var fits = Encoding.UTF8.TryGetBytes(text, bytes, out var written) && written > 0;
        bytes = bytes[..written];
        return fits;
    }

    public void Dispose() => Store.Dispose();

    private bool TryFindAlike(LinkStore store, int domain, scoped ReadOnlySpan<byte> key, out LinkRecord link)
    {
        link = default;

        // Most unknown keys look like made ones: no key is bent into such a form, so nothing else has to be tried, or allocated.
        if (ShortCode.IsPlainlyNormal(key) && !store.TryRead(OfNormalForm(domain, key), out _))
        {
            return false;
        }

        var normal = ShortCode.Normalise(Encoding.UTF8.GetString(key));
        Span<byte> text = stackalloc byte[LinkRecord.MaxKeyBytes];
        if (!TryEncode(normal, ref text))
        {
            return false;
        }

        // Without an entry no bent key has this form, so only the form itself can be a key.
        return store.TryRead(OfNormalForm(domain, text), out var bytes)
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
}
