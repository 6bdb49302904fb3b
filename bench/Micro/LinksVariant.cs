using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using LinkTracker.Contracts.Links;
using LinkTracker.Edge.Links;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Micro;

/// <summary>One variant of <see cref="LinksComparison"/>, in a process of its own.</summary>
internal static class LinksVariant
{
    public const string Dictionary = "dictionary";
    public const string DictionaryStart = "dictionary-start";
    public const string Table = "table";
    public const string TableStart = "table-start";

    private const int Samples = 1 << 20;
    private const int Rounds = 5;
    private const string Domain = "go.example.com";
    private static readonly byte[] Host = Encoding.ASCII.GetBytes(Domain);

    private delegate (int Found, double Seconds) LookUp();

    public static LinksFigures Measure(string variant, int count, string folder)
    {
        var flat = Path.Combine(folder, "links.tsv");
        var snapshot = Path.Combine(folder, "links.snapshot");
        return variant switch
        {
            Dictionary => OfDictionary(count, links => Fill(links, count), links => Save(links, flat), flat),
            DictionaryStart => OfDictionary(count, links => Load(links, flat), null, flat),
            Table => OfTable(count, table => Fill(table, count), table => Save(table, snapshot), snapshot),
            TableStart => OfTable(count, table => Load(table, snapshot), null, snapshot),
            _ => throw new ArgumentException($"There is no variant {variant}.", nameof(variant)),
        };
    }

    // As generous to it as can be: it knows how many links come, and is asked with strings that need not be made first.
    private static LinksFigures OfDictionary(
        int count, Action<ConcurrentDictionary<(string, string), LinkState>> fill, Action<ConcurrentDictionary<(string, string), LinkState>>? save, string file)
    {
        var keys = SampleKeys(count);
        var before = Memory();
        var links = new ConcurrentDictionary<(string, string), LinkState>(concurrencyLevel: 1, count);
        return Figures(before, () => fill(links), save is null ? null : () => save(links), file, () =>
        {
            var (found, since) = (0, Stopwatch.GetTimestamp());
            foreach (var key in keys)
            {
                found += links.TryGetValue((Domain, key), out var link) && link.Url.Length > 0 ? 1 : 0;
            }

            return (found, Stopwatch.GetElapsedTime(since).TotalSeconds);
        });
    }

    private static LinksFigures OfTable(int count, Action<LinkTable> fill, Action<LinkTable>? save, string file)
    {
        var keys = Array.ConvertAll(SampleKeys(count), Encoding.ASCII.GetBytes);
        var before = Memory();
        using var table = new LinkTable(Domain, (64L << 20) + (count * 512L), NullLogger<LinkTable>.Instance);
        return Figures(before, () => fill(table), save is null ? null : () => save(table), file, () =>
        {
            var (found, since) = (0, Stopwatch.GetTimestamp());
            foreach (var key in keys)
            {
                found += table.TryFind(Host, key, out var link) && link.Url.Length > 0 ? 1 : 0;
            }

            return (found, Stopwatch.GetElapsedTime(since).TotalSeconds);
        });
    }

    private static LinksFigures Figures((long Resident, long Heap) before, Action fill, Action? save, string file, LookUp lookUp)
    {
        var fillSeconds = Time(fill);
        var after = Memory();
        _ = lookUp();
        _ = lookUp();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var rounds = Enumerable.Range(0, Rounds).Select(_ => lookUp()).ToArray();
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        if (rounds.Any(round => round.Found != Samples))
        {
            throw new InvalidOperationException("A link was not found.");
        }

        var saveSeconds = save is null ? 0 : Time(save);
        return new LinksFigures(
            fillSeconds,
            (after.Resident - before.Resident) / 1048576.0,
            (after.Heap - before.Heap) / 1048576.0,
            1_000 * Time(() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false)),
            Samples / rounds.Select(round => round.Seconds).Order().ElementAt(Rounds / 2) / 1e6,
            allocated / (Rounds * (double)Samples),
            saveSeconds,
            new FileInfo(file).Length / 1048576.0);
    }

    private static void Fill(ConcurrentDictionary<(string, string), LinkState> links, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var link = LinkOf(i);
            links[(link.Domain, link.Key)] = link;
        }
    }

    private static void Fill(LinkTable table, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var link = LinkOf(i);
            if (!table.Apply(new LinkChange(i + 1, link.Domain, link.Key, link)))
            {
                throw new InvalidOperationException("The table refused a link.");
            }
        }
    }

    private static void Save(ConcurrentDictionary<(string, string), LinkState> links, string path)
    {
        using var file = new StreamWriter(path, append: false, Encoding.ASCII, bufferSize: 1 << 20);
        foreach (var (_, link) in links)
        {
            file.Write(string.Create(CultureInfo.InvariantCulture, $"{link.Id}\t{link.Key}\t{link.Url}\n"));
        }
    }

    private static void Load(ConcurrentDictionary<(string, string), LinkState> links, string path)
    {
        using var file = new StreamReader(path, Encoding.ASCII, detectEncodingFromByteOrderMarks: false, bufferSize: 1 << 20);
        while (file.ReadLine() is { } line)
        {
            var key = line.IndexOf('\t') + 1;
            var url = line.IndexOf('\t', key) + 1;
            var link = new LinkState
            {
                Id = long.Parse(line.AsSpan(0, key - 1), CultureInfo.InvariantCulture),
                Domain = Domain,
                Key = line[key..(url - 1)],
                Url = line[url..],
            };
            links[(link.Domain, link.Key)] = link;
        }
    }

    private static void Save(LinkTable table, string path)
    {
        if (table.TrySave(path, "bench", CancellationToken.None) is null)
        {
            throw new InvalidOperationException("The table gave no snapshot.");
        }
    }

    private static void Load(LinkTable table, string path)
    {
        using var file = new SnapshotReader(path);
        table.Restore(file);
    }

    private static double Time(Action work)
    {
        var since = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(since).TotalSeconds;
    }

    /// <summary>Of the process and of its heap, once garbage is gone and its pages were given back.</summary>
    private static (long Resident, long Heap) Memory()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var status = File.ReadLines("/proc/self/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return (long.Parse(status["VmRSS:".Length..^"kB".Length], CultureInfo.InvariantCulture) << 10, GC.GetTotalMemory(forceFullCollection: true));
    }

    private static string[] SampleKeys(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, Samples).Select(_ => KeyOf(random.Next(count)))];
    }

    private static LinkState LinkOf(int i) => new() { Id = i + 1, Domain = Domain, Key = KeyOf(i), Url = UrlOf(i) };

    private static string UrlOf(int i) => string.Create(CultureInfo.InvariantCulture, $"https://shop.example.com/product/{i}?from=referral");

    // Nine characters, as made codes have at this number of links, in an order that is not that of filling.
    private static string KeyOf(int i) => "k" + ((uint)i * 2_654_435_769u).ToString("x8", CultureInfo.InvariantCulture);
}
