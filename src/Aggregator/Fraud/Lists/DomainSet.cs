using System.Collections.Frozen;

namespace LinkTracker.Aggregator.Fraud.Lists;

/// <summary>Domains with all that is below them.</summary>
internal sealed class DomainSet
{
    private readonly FrozenSet<string> _domains;

    private DomainSet(IEnumerable<string> domains) => _domains = domains.ToFrozenSet(StringComparer.Ordinal);

    /// <exception cref="FormatException">A line is no domain; tells its number.</exception>
    public static DomainSet Parse(IEnumerable<ListLine> lines) => new(lines.Select(line =>
        Uri.CheckHostName(line.Text) == UriHostNameType.Dns ? line.Text.ToLowerInvariant().TrimEnd('.') : throw line.Wrong("a domain")));

    public bool Contains(string host)
    {
        for (var rest = host; ; rest = rest[(rest.IndexOf('.', StringComparison.Ordinal) + 1)..])
        {
            if (_domains.Contains(rest))
            {
                return true;
            }

            if (!rest.Contains('.', StringComparison.Ordinal))
            {
                return false;
            }
        }
    }
}
