using LinkTracker.Contracts.Links;

namespace LinkTracker.Edge.Links;

/// <summary>
/// The domains of a links file and the hosts that its targets lead to. None may be both, or visitors could go in a circle. The file is
/// read once, so a target's host is kept for the domain that may come behind it.
/// </summary>
/// <param name="edgePort">A domain is reached on this port, too, if not through a proxy.</param>
internal sealed class LinksFileHosts(int edgePort)
{
    private readonly HashSet<string> _domains = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _lineOfTarget = new(StringComparer.Ordinal);
    private readonly string _edgePort = $":{edgePort}";

    /// <summary>The host in a canonical URL, with its port unless that is a scheme's own.</summary>
    public static string HostOf(string url)
    {
        var behind = url.AsSpan(url.IndexOf("://", StringComparison.Ordinal) + 3);
        var end = behind.IndexOfAny('/', '?', '#');
        var host = end < 0 ? behind : behind[..end];
        return (host.EndsWith(":443") ? host[..^4] : host.EndsWith(":80") ? host[..^3] : host).ToString();
    }

    /// <summary>Takes in a link. Null, or the number of a line, this one or an earlier, whose target is on a domain of the file.</summary>
    public int? Add(int line, LinkState link)
    {
        if (_domains.Add(link.Domain) && _lineOfTarget.TryGetValue(link.Domain, out var earlier))
        {
            return earlier;
        }

        return LeadsToDomain(line, link.Url) || (link.ExpiredUrl is { } expired && LeadsToDomain(line, expired)) ? line : null;
    }

    private bool LeadsToDomain(int line, string url)
    {
        var host = HostOf(url);
        return IsDomain(line, host)
            || (host.EndsWith(_edgePort, StringComparison.Ordinal) && IsDomain(line, host[..^_edgePort.Length]));
    }

    private bool IsDomain(int line, string host)
    {
        _ = _lineOfTarget.TryAdd(host, line);
        return _domains.Contains(host);
    }
}
