using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Storage.Redis;
using LinkTracker.Aggregator.Tests.Counting;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Aggregator.Tests.Storage.Redis;

/// <summary>Whatever is counted, lost and asked in whatever order: the numbers are those of the file that counted the same.</summary>
public sealed class RedisModelTests(SharedServers servers) : IClassFixture<SharedServers>, IDisposable
{
    private const int Partitions = 3;

    private static readonly string[] Agents = [TestClick.Chrome, TestClick.Iphone, TestClick.Bot, TestClick.Preview];

    private readonly CountsFile _file = new();
    private readonly TestLog[] _logs = [.. Enumerable.Range(0, Partitions).Select(partition => new TestLog(partition: partition))];

    public void Dispose() => _file.Dispose();

    [TheoryWith(Need.Redis)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Both_engines_have_the_same_numbers(int seed)
    {
        var random = new Random(seed);
        var server = await servers.Redis;
        await server.AskAsync("flushall");
        using var redis = RedisConnection.Open(server.Configuration);
        CountedPartition[] partitions = [.. Enumerable.Range(0, Partitions).Select(number => new CountedPartition(redis, number))];
        foreach (var partition in partitions)
        {
            await partition.Rebuild();
        }

        for (var step = 0; step < 60; step++)
        {
            var number = random.Next(Partitions);
            await DoAsync(random, server, partitions, number);
        }

        foreach (var partition in partitions)
        {
            partition.TakeOver();
        }

        var rollups = new RedisRollups(redis, Partitions, link => LinkPartition.Of(link, Partitions));
        Assert.Equal(_file.Answers(), CountsRig.Answers(rollups.Rollup));
        Assert.Equal(_file.Counts.Audit(), rollups.Audit());
        Assert.Equal(_file.Counts.Positions().OrderBy(log => log.Key.Partition), rollups.Positions().OrderBy(log => log.Key.Partition));
        for (var i = 0; i < 100; i++)
        {
            AssertSameAnswers(random, rollups);
        }
    }

    private async Task DoAsync(Random random, RedisServer server, CountedPartition[] partitions, int number)
    {
        var partition = partitions[number];
        switch (random.Next(12))
        {
            case 0:
                partition.Snapshot();
                break;
            case 1:
                partition.TakeOver();
                break;
            case 2:
                await partition.Rebuild();
                partition.TakeOver();
                break;
            case 3:
                await server.AskAsync("flushall");
                foreach (var one in partitions)
                {
                    Assert.True(one.TakeOver());
                }

                break;
            case 4:
                // The answer is lost, and the step made again.
                var batch = Next(random, number);
                var step = partition.Append(batch);
                partition.Counts.Commit(batch, step);
                partition.Counts.Commit(batch, step);
                break;
            case 5:
                // It comes in, and its holder dies before it is counted.
                partition.Append(Next(random, number));
                partition.TakeOver();
                break;
            default:
                partition.Count(Next(random, number));
                break;
        }
    }

    private CountBatch Next(Random random, int partition)
    {
        var log = _logs[partition];
        var first = log.Count;
        for (var i = random.Next(1, 40); i > 0; i--)
        {
            var link = LinkOf(random, partition);
            log.Add(new TestClick
            {
                Link = link,
                Visitor = (ulong)random.Next(20),
                At = new TestClick().At.AddMinutes(random.Next(20 * 24 * 60)),
                Agent = Agents[random.Next(Agents.Length)],
                Head = random.Next(10) == 0,
                Referrer = random.Next(3) == 0 ? "" : $"https://r{random.Next(30)}.example",
                Country = random.Next(2) == 0 ? "DE" : "",
            });
        }

        return _file.Count(log.Slice(first, log.Count));
    }

    private static long LinkOf(Random random, int partition)
    {
        while (true)
        {
            var link = 1 + random.Next(30);
            if (LinkPartition.Of(link, Partitions) == partition)
            {
                return link;
            }
        }
    }

    private void AssertSameAnswers(Random random, RedisRollups rollups)
    {
        long[]? links = random.Next(2) == 0 ? null : [.. Enumerable.Range(0, random.Next(5)).Select(_ => 1L + random.Next(35))];
        var from = UtcBuckets.Hour(new TestClick().At.ToUnixTimeMilliseconds()) + random.Next(-50, 500);
        var query = new RollupQuery
        {
            Links = links,
            Dimension = (Dimension)random.Next(8),
            FromHour = from,
            ToHour = from + random.Next(0, 200),
            Split = (RollupSplit)random.Next(4),
        };
        Assert.Equal(Sorted(_file.Rollup(query)), Sorted(rollups.Rollup(query)));
        Assert.Equal(_file.Counts.FirstHour(links), rollups.FirstHour(links));
        if (links is not null)
        {
            Assert.Equal(_file.Counts.ClicksOf(links).OrderBy(link => link.Key), rollups.ClicksOf(links).OrderBy(link => link.Key));
        }
    }

    private static IEnumerable<RollupRow> Sorted(IEnumerable<RollupRow> rows) =>
        rows.OrderBy(row => row.LinkId).ThenBy(row => row.StartMs).ThenBy(row => row.Value, StringComparer.Ordinal);
}
