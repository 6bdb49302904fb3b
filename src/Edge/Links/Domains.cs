using System.Buffers;
using System.Collections.Concurrent;
using System.Text;

namespace LinkTracker.Edge.Links;

/// <summary>Numbers the domains that have, or had, links. One thread writes, any number read.</summary>
/// <remarks>
/// A domain that lost its last link stays known: its visitors find nothing, rather than the link of the same key that the
/// default domain happens to have.
/// </remarks>
internal sealed class Domains
{
    // A host name has at most 253 characters; a dot at its end adds one, a port six.
    public const int MaxHostBytes = 260;

    private const int Default = 0;

    private readonly ConcurrentDictionary<string, int> _byHost = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _byText;
    private readonly byte[] _defaultHost;

    /// <param name="defaultHost">Lower-case; its links answer for every host that is no domain.</param>
    public Domains(string defaultHost)
    {
        _byHost[defaultHost] = Default;
        _byText = _byHost.GetAlternateLookup<ReadOnlySpan<char>>();
        _defaultHost = Encoding.ASCII.GetBytes(defaultHost);
    }

    public int Count => _byHost.Count;

    /// <summary>The first so many hosts, in order of their numbers.</summary>
    public string[] First(int count)
    {
        var hosts = new string[count];
        foreach (var (host, number) in _byHost)
        {
            if (number < count)
            {
                hosts[number] = host;
            }
        }

        return hosts;
    }

    /// <summary>The number that a Host header stands for.</summary>
    public int Find(ReadOnlySpan<byte> host)
    {
        // Most requests write the default domain as it is, and comparing bytes takes half the time of folding their case.
        if (host.SequenceEqual(_defaultHost) || host.IsEmpty || host.Length > MaxHostBytes || Ascii.EqualsIgnoreCase(host, _defaultHost))
        {
            return Default;
        }

        Span<char> text = stackalloc char[MaxHostBytes];
        if (Ascii.ToLower(host, text, out var length) != OperationStatus.Done)
        {
            return Default;
        }

        text = text[..length];
        return _byText.TryGetValue(text, out var number) ? number : FindVariant(text);
    }

    /// <summary>The number of that host, made when there is none. Null when all numbers are taken.</summary>
    public int? GetOrAdd(string host)
    {
        host = host.ToLowerInvariant();
        if (_byHost.TryGetValue(host, out var known))
        {
            return known;
        }

        var number = _byHost.Count;
        if (number > Code16.MaxDomain)
        {
            return null;
        }

        _byHost[host] = number;
        return number;
    }

    // Another way to write a known host must not lead to the default domain's links. A name may end with a dot. A port may be
    // the scheme's own, or that of a proxy or of this server, which are not known here; a domain with that port was looked for first.
    private int FindVariant(Span<char> host)
    {
        var colon = host.LastIndexOf(':');
        var name = colon > host.LastIndexOf(']') ? host[..colon] : host;
        var port = host[name.Length..];
        if (name.EndsWith("."))
        {
            name = name[..^1];
            port.CopyTo(host[name.Length..]);
            if (_byText.TryGetValue(host[..(name.Length + port.Length)], out var whole))
            {
                return whole;
            }
        }

        return _byText.TryGetValue(name, out var bare) ? bare : Default;
    }
}
