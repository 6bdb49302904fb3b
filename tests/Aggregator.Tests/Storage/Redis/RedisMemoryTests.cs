using System.Globalization;
using LinkTracker.Aggregator.Storage.Redis;
using LinkTracker.Aggregator.Tests.Counting;
using Xunit.Abstractions;

namespace LinkTracker.Aggregator.Tests.Storage.Redis;

/// <summary>What counts take of Redis' memory: the figures that docs/operations.md plans with.</summary>
public sealed class RedisMemoryTests(SharedServers servers, ITestOutputHelper output) : IClassFixture<SharedServers>, IDisposable
{
    private const int Links = 200;
    private const long FirstLink = 1L << 60;

    // A key's place in the server's table, which MEMORY USAGE leaves out.
    private const int Entry = 32;

    private static readonly string[] Agents = [TestClick.Chrome, TestClick.Iphone, TestClick.Bot];

    private readonly CountsFile _file = new();

    public void Dispose() => _file.Dispose();

    [TheoryWith(Need.Redis)]
    [InlineData(1, 1, 1, 1_700)]
    [InlineData(1, 3, 10, 700)]
    [InlineData(2, 8, 10, 350)]
    public async Task An_hour_of_a_link_takes_some_hundred_bytes(int clicks, int hours, int days, int most)
    {
        var server = await servers.Redis;
        await server.AskAsync("flushall");
        using var redis = RedisConnection.Open(server.Configuration);
        var partition = new CountedPartition(redis);
        await partition.Rebuild();
        var log = new TestLog();
        for (var i = 0; i < Links * clicks * hours * days; i++)
        {
            var (link, click, hour, day) = (i % Links, i / Links % clicks, i / Links / clicks % hours, i / Links / clicks / hours);
            log.Add(new TestClick
            {
                Link = FirstLink + (link * 1_000_003),
                Visitor = (ulong)i,
                At = new DateTimeOffset(2026, 5, 4, 8, 0, 0, TimeSpan.Zero).AddDays(day).AddHours(hour).AddMinutes(click),
                Agent = Agents[(link + click) % Agents.Length],
                Country = "DE",
                Referrer = click == 0 ? "" : "https://www.example.com",
            });
        }

        foreach (var slice in log.Cut(Enumerable.Range(1, log.Count / 500).Select(i => i * 500)))
        {
            partition.Count(_file.Count(slice));
        }

        // What belongs to links alone; that of all links together does not grow with them.
        var bytes = 0L;
        foreach (var key in (await server.AskAsync("keys", "*")).Split('\n').Where(key => !key.Contains(":all", StringComparison.Ordinal)))
        {
            bytes += long.Parse(await server.AskAsync("memory", "usage", key, "samples", "0"), CultureInfo.InvariantCulture);
            if (key.Contains(":h:", StringComparison.Ordinal) || key.Contains(":d:", StringComparison.Ordinal))
            {
                bytes += Entry;
            }
        }

        var each = bytes / (Links * hours * days);
        output.WriteLine($"{clicks} clicks in each of {hours} hours of {days} days: {each} bytes for each hour of a link.");
        Assert.InRange(each, 1, most);
    }
}
