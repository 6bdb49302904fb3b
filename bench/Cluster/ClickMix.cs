using System.Text;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Cluster;

/// <summary>Clicks of one hour by as many visitors, with browsers, countries and pages as they come. The same ones in every run.</summary>
/// <param name="clicks">How many the hour has.</param>
/// <param name="links">Ids from 1 on.</param>
/// <param name="isSkewed">Whether the link of rank r has 1/r of the first one's clicks (Zipf); else all have the same chance.</param>
internal sealed class ClickMix(int clicks, int links, bool isSkewed)
{
    private const long HourMs = 3_600_000;
    private const long BeginMs = ClickIdentity.EpochMs + (100 * 24 * HourMs);

    private static readonly byte[][] Agents =
    [
        .. Agent("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{0}.0.0.0 Safari/537.36", 128, 142),
        .. Agent("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{0}.0.0.0 Mobile Safari/537.36", 128, 142),
        .. Agent("Mozilla/5.0 (iPhone; CPU iPhone OS {0}_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{0}.5 Mobile/15E148 Safari/604.1", 15, 18),
        .. Agent("Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0", 128, 142),
    ];

    private static readonly byte[][] Countries = Texts("US", "DE", "FR", "GB", "IN", "BR", "JP", "NL", "PL", "ES");
    private static readonly byte[][] Languages = Texts("en-US", "de-DE", "fr-FR", "en-GB", "hi-IN", "pt-BR", "ja-JP", "nl-NL", "pl-PL", "es-ES");
    private static readonly byte[][] Referrers = Texts("", "https://t.co", "https://www.google.com", "https://www.reddit.com", "https://news.example.com");

    private readonly Random _random = new(1);
    private readonly double[] _shares = isSkewed ? Shares(links) : [];
    private int _count;

    public int Clicks => clicks;

    /// <summary>The next click. Its texts stay as they are.</summary>
    public ClickRecord Next()
    {
        var (number, country) = (_count++, _random.Next(Countries.Length));
        return new ClickRecord
        {
            OccurredAtMs = BeginMs + (number * HourMs / clicks),
            Token = new ClickToken(NextLink(), (UInt128)number),
            VisitorHash = (ulong)_random.NextInt64(),
            UserAgent = Agents[_random.Next(Agents.Length)],
            Country = Countries[country],
            Language = Languages[country],
            Referrer = Referrers[_random.Next(Referrers.Length)],
        };
    }

    private long NextLink()
    {
        if (!isSkewed)
        {
            return _random.Next(links) + 1;
        }

        var rank = Array.BinarySearch(_shares, _random.NextDouble() * _shares[^1]);
        return (rank < 0 ? ~rank : rank) + 1;
    }

    private static double[] Shares(int links)
    {
        var shares = new double[links];
        var sum = 0.0;
        for (var i = 0; i < links; i++)
        {
            shares[i] = sum += 1.0 / (i + 1);
        }

        return shares;
    }

    private static IEnumerable<byte[]> Agent(string text, int from, int to) => Enumerable.Range(from, to - from + 1)
        .Select(version => Encoding.ASCII.GetBytes(text.Replace("{0}", $"{version}", StringComparison.Ordinal)));

    private static byte[][] Texts(params string[] texts) => Array.ConvertAll(texts, Encoding.ASCII.GetBytes);
}
