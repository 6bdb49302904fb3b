using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using LinkTracker.Contracts.Links;
using LinkTracker.Edge.Links;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Micro;

/// <summary>
/// Finding a link by random keys. Baseline: a ConcurrentDictionary with the same links under the same keys, asked with
/// strings that are already there, which flatters it: a request's bytes would have to become a string first, as they do in
/// <see cref="DictionaryOfBytes"/>.
/// </summary>
[MemoryDiagnoser]
public class LookupBenchmarks
{
    private const int Lookups = 65_536;
    private const string Domain = "go.example.com";
    private static readonly byte[] Host = Encoding.ASCII.GetBytes(Domain);

    private readonly string[] _texts = new string[Lookups];
    private readonly byte[][] _keys = new byte[Lookups][];
    private readonly byte[][] _strangers = new byte[Lookups][];
    private readonly ConcurrentDictionary<(string, string), LinkState> _dictionary = [];
    private LinkTable _table = null!;

    [Params(1_000, 100_000, 1_000_000)]
    public int Links { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _table = new LinkTable(Domain, 4L << 30, NullLogger<LinkTable>.Instance);
        for (var i = 0; i < Links; i++)
        {
            var link = new LinkState { Id = i + 1, Domain = Domain, Key = KeyOf(i), Url = $"https://shop.example.com/product/{i}?from=referral" };
            _dictionary[(link.Domain, link.Key)] = link;
            if (!_table.Apply(new LinkChange(i + 1, link.Domain, link.Key, link)))
            {
                throw new InvalidOperationException("The table refused a link.");
            }
        }

        var random = new Random(1);
        for (var i = 0; i < Lookups; i++)
        {
            _texts[i] = KeyOf(random.Next(Links));
            _keys[i] = Encoding.ASCII.GetBytes(_texts[i]);
            _strangers[i] = Encoding.ASCII.GetBytes("x" + _texts[i]);
        }
    }

    [GlobalCleanup]
    public void Cleanup() => _table.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = Lookups)]
    public long Dictionary()
    {
        var sum = 0L;
        foreach (var key in _texts)
        {
            if (_dictionary.TryGetValue((Domain, key), out var link))
            {
                sum += link.Id;
            }
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Lookups)]
    public long LinkTable()
    {
        var sum = 0L;
        foreach (var key in _keys)
        {
            if (_table.TryFind(Host, key, out var link))
            {
                sum += link.Id;
            }
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Lookups)]
    public long DictionaryOfBytes()
    {
        var sum = 0L;
        foreach (var key in _keys)
        {
            if (_dictionary.TryGetValue((Domain, Encoding.ASCII.GetString(key)), out var link))
            {
                sum += link.Id;
            }
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Lookups)]
    public int LinkTableOfStrangers()
    {
        var found = 0;
        foreach (var key in _strangers)
        {
            found += _table.TryFind(Host, key, out _) ? 1 : 0;
        }

        return found;
    }

    private static string KeyOf(int i) => "k" + i.ToString("x8", CultureInfo.InvariantCulture);
}
