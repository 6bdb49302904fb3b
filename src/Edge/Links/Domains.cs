using System.Collections.Concurrent;
using System.Text;

namespace LinkTracker.Edge.Links;

/// <summary>Numbers the domains that have links. One thread writes, any number read.</summary>
internal sealed class Domains
{
    // A host name has at most 253 characters; a port adds six.
    public const int MaxHostBytes = 259;

    private readonly ConcurrentDictionary<string, Domain> _byHost = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Domain>.AlternateLookup<ReadOnlySpan<char>> _byText;
    private readonly Domain _default = new(0);
    private readonly byte[] _defaultHost;

    /// <param name="defaultHost">Lower-case; its links answer for every host that has none of its own.</param>
    public Domains(string defaultHost)
    {
        _byHost[defaultHost] = _default;
        _byText = _byHost.GetAlternateLookup<ReadOnlySpan<char>>();
        _defaultHost = Encoding.ASCII.GetBytes(defaultHost);
    }

    /// <summary>The number that a Host header stands for.</summary>
    public int Find(ReadOnlySpan<byte> host)
    {
        if (host.IsEmpty || host.Length > MaxHostBytes || Ascii.EqualsIgnoreCase(host, _defaultHost))
        {
            return _default.Number;
        }

        Span<char> text = stackalloc char[MaxHostBytes];
        if (Ascii.ToLower(host, text, out var length) != System.Buffers.OperationStatus.Done)
        {
            return _default.Number;
        }

        ReadOnlySpan<char> name = text[..length];
        if (TryFind(name, out var number))
        {
            return number;
        }

        // A port that is the scheme's own may be spelled out; behind a proxy the scheme is not known here.
        var bare = name.EndsWith(":80") ? name[..^3] : name.EndsWith(":443") ? name[..^4] : name;
        return bare.Length < name.Length && TryFind(bare, out number) ? number : _default.Number;
    }

    /// <summary>The domain of that host, made when there is none. Null when all numbers are taken.</summary>
    public Domain? GetOrAdd(string host)
    {
        host = host.ToLowerInvariant();
        if (!_byHost.TryGetValue(host, out var domain) && _byHost.Count <= Code16.MaxDomain)
        {
            domain = new Domain(_byHost.Count);
            _byHost[host] = domain;
        }

        return domain;
    }

    private bool TryFind(ReadOnlySpan<char> host, out int number)
    {
        var found = _byText.TryGetValue(host, out var domain) && (domain.Links > 0 || domain == _default);
        number = found ? domain!.Number : 0;
        return found;
    }
}

internal sealed class Domain(int number)
{
    private int _links;

    public int Number { get; } = number;

    /// <summary>Number of links; a domain without any is answered for by the default one.</summary>
    public int Links
    {
        get => Volatile.Read(ref _links);
        set => Volatile.Write(ref _links, value);
    }
}
