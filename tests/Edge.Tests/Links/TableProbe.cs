using System.Text;
using LinkTracker.Contracts.Links;
using LinkTracker.Edge.Links;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Edge.Tests.Links;

/// <summary>A real table, with verbs of the domain.</summary>
internal sealed class TableProbe(long memoryMiB = 64) : IDisposable
{
    public const string Domain = "go.example.com";

    private long _version;

    public LinkTable Table { get; } = new(Domain, memoryMiB << 20, NullLogger<LinkTable>.Instance);

    public bool Has(string key, string url = "https://shop.example.com/", string domain = Domain, bool disabled = false, long id = 1) =>
        Table.Apply(new LinkChange(++_version, domain, key, new LinkState { Id = id, Domain = domain, Key = key, Url = url, Disabled = disabled }));

    public bool Put(LinkState link) => Table.Apply(new LinkChange(++_version, link.Domain, link.Key, link));

    public bool Loses(string key, string domain = Domain) => Table.Apply(new LinkChange(++_version, domain, key, null));

    /// <summary>The target that a host and typed key lead to; null when nothing is found.</summary>
    public string? Find(string key, string host = Domain) =>
        Table.TryFind(Encoding.UTF8.GetBytes(host), Encoding.UTF8.GetBytes(key), out var link) ? Encoding.ASCII.GetString(link.Url) : null;

    public void Dispose() => Table.Dispose();
}
