namespace LinkTracker.Load;

/// <summary>
/// Links and the requests for them. A key is its number, scrambled and written in five-bit letters, so that a generator needs no list of them; the
/// Lua script of the load generator does the same arithmetic.
/// </summary>
internal sealed class Workload(DirectoryInfo folder, int links)
{
    public const string UserAgent =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

    public static readonly (string Name, string Value)[] Headers =
    [
        ("User-Agent", UserAgent), ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
        ("Accept-Language", "en-US,en;q=0.9"), ("Accept-Encoding", "gzip, deflate, br"), ("Referer", "https://www.example.org/page"),
    ];

    private const string Letters = "abcdefghijkmnpqrstuvwxyz23456789";
    private const int KeyLetters = 6;
    private const long Scramble = 40_503_007;
    private const long Numbers = 1 << 27;

    public int Links => links;

    public string LinksFile => Path.Combine(folder.FullName, $"links-{links}.jsonl");

    public string NginxMap => Path.Combine(folder.FullName, $"map-{links}.conf");

    public string UriFile => Path.Combine(folder.FullName, $"paths-{links}.txt");

    public static string KeyOf(int number)
    {
        var scrambled = number * Scramble % Numbers;
        return string.Create(KeyLetters, scrambled, (letters, rest) =>
        {
            for (var i = 0; i < letters.Length; i++, rest /= Letters.Length)
            {
                letters[i] = Letters[(int)(rest % Letters.Length)];
            }
        });
    }

    public static string TargetOf(string key) => $"https://shop.example.com/products/{key}";

    /// <summary>Writes what the servers and the fixed-rate generator read.</summary>
    public void Write(bool forNginx)
    {
        using (var links = new StreamWriter(LinksFile))
        {
            foreach (var key in Keys())
            {
                links.WriteLine($"{{\"key\":\"{key}\",\"url\":\"{TargetOf(key)}\"}}");
            }
        }

        if (forNginx)
        {
            File.WriteAllLines(NginxMap, Keys().Select(key => $"/{key} \"{TargetOf(key)}\";"));
        }
    }

    /// <summary>Addresses for h2load, which wants them from a file: some thousand keys, spread over all.</summary>
    public string WriteUris(int port)
    {
        var step = Math.Max(links / 5_000, 1);
        File.WriteAllLines(UriFile, Enumerable.Range(0, links / step).Select(i => $"http://127.0.0.1:{port}/{KeyOf(i * step)}"));
        return UriFile;
    }

    /// <summary>The script that makes wrk ask for random keys; a share of them, in percent, leads to no link.</summary>
    public string WriteScript(int unknownPercent)
    {
        var path = Path.Combine(folder.FullName, $"wrk-{links}-{unknownPercent}.lua");
        var headers = string.Concat(Headers.Select(header => $"{header.Name}: {header.Value}\\r\\n"));
        File.WriteAllText(path, $$"""
            local letters, links, unknown = "{{Letters}}", {{links}}, {{unknownPercent}}
            local head, tail = "GET /", " HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n{{headers}}\r\n"
            local byte, char, random = string.byte, string.char, math.random
            local function letter(rest) return byte(letters, rest % 32 + 1) end
            function request()
              local number = random(0, links - 1)
              if unknown > 0 and random(100) <= unknown then number = number + links end
              local rest, floor = number * {{Scramble}} % {{Numbers}}, math.floor
              local a = letter(rest) rest = floor(rest / 32)
              local b = letter(rest) rest = floor(rest / 32)
              local c = letter(rest) rest = floor(rest / 32)
              local d = letter(rest) rest = floor(rest / 32)
              local e = letter(rest) rest = floor(rest / 32)
              return head .. char(a, b, c, d, e, letter(rest)) .. tail
            end
            function done(summary, latency, requests)
              io.write(string.format("result %d %d %d %d %d %d %d\n", summary.requests, summary.duration,
                latency:percentile(50), latency:percentile(99), latency:percentile(99.9), summary.errors.status,
                summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
            end
            """);
        return path;
    }

    private IEnumerable<string> Keys() => Enumerable.Range(0, links).Select(KeyOf);
}
