using LinkTracker.Contracts.IO;

namespace LinkTracker.EndToEnd.Tests;

/// <summary>The promise "answered = counted", against SIGKILL at random moments under load.</summary>
public sealed class CrashTests
{
    private const int Visitors = 16;

    [Theory]
    [InlineData("true", 20)]
    [InlineData("false", 6)]
    public async Task In_durable_mode_kills_under_load_lose_and_double_no_answered_click(string fastLane, int kills)
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        await using var product = await Product.StartAsync(("Edge__FastLane", fastLane));
        var links = new List<Link>();
        var answered = new List<string>();
        var sent = 0;

        for (var kill = 0; kill < kills; kill++)
        {
            // A link for each, because events are paged through up to a limit.
            links.Add(await product.Client.CreateLinkAsync($"crash-{kill}"));
            using var load = new Load(product.Clicker, links[^1].Key, Visitors, limit: 20_000);
            await Task.Delay(random.Next(50, 700));
            await product.KillAsync();
            await load.StopAsync();
            answered.AddRange(load.Answered);
            sent += load.Sent;
            await product.RestartAsync();
        }

        await UntilCaughtUpAsync(product);
        var counted = new List<string>();
        var raw = 0L;
        foreach (var link in links)
        {
            counted.AddRange(await product.Client.ClickIdsAsync(link.Id));
            raw += await product.Client.RawAsync(link.Id);
        }

        var message = $"seed {seed}: answered {answered.Count}, counted {counted.Count}, sent {sent}";
        Assert.True(answered.Count > kills * Visitors, message);
        Assert.Empty(answered.Except(counted));
        Assert.True(counted.Count == counted.Distinct().Count(), $"a click was counted twice; {message}");
        Assert.InRange(counted.Count, answered.Count, sent);
        Assert.Equal(counted.Count, raw);
        await EquationsHoldAsync(product, counted.Count);
        await IsClickedByAsync(product, links[0], bool.Parse(fastLane));
    }

    [Fact]
    public async Task In_buffered_mode_a_kill_loses_only_clicks_of_the_stated_window()
    {
        // The window is the commit interval, and the commit that was under way. Under SIGKILL what was handed to the kernel
        // survives, so only clicks that were answered within it may be gone.
        var interval = TimeSpan.FromMilliseconds(100);
        await using var product = await Product.StartAsync(("Edge__Durability", "buffered"), ("Edge__CommitIntervalMs", "100"));
        var link = await product.Client.CreateLinkAsync("buffered");
        using var load = new Load(product.Clicker, link.Key, Visitors, limit: 20_000);
        var commit = await LongestSyncAsync(product, within: interval * 10);
        var killed = TimeProvider.System.GetTimestamp();
        await product.KillAsync();
        await load.StopAsync();
        await product.RestartAsync();

        await UntilCaughtUpAsync(product);
        var counted = await product.Client.ClickIdsAsync(link.Id);
        var safe = load.AnsweredBefore(killed - Ticks((2 * interval) + commit)).ToList();
        Assert.True(safe.Count > Visitors, $"only {safe.Count} clicks were answered before the window");
        Assert.Empty(safe.Except(counted));
        Assert.Equal(counted.Count, counted.Distinct().Count());
        Assert.InRange(counted.Count, safe.Count, load.Sent);
        await EquationsHoldAsync(product, counted.Count);
    }

    [Fact]
    public async Task SIGTERM_loses_nothing_and_ends_with_code_0()
    {
        await using var product = await Product.StartAsync(("Edge__Durability", "buffered"), ("Edge__CommitIntervalMs", "10000"));
        var link = await product.Client.CreateLinkAsync("term");
        for (var i = 0; i < 100; i++)
        {
            (await product.Clicker.ClickAsync(link.Key)).Dispose();
        }

        Assert.Equal(0, await product.StopAsync());
        await product.RestartAsync();

        await UntilCaughtUpAsync(product);
        Assert.Equal(100, await product.Client.RawAsync(link.Id));
    }

    /// <summary>The clicks of these tests go by the fast lane, or all by the HTTP pipeline.</summary>
    private static async Task IsClickedByAsync(Product product, Link link, bool fastLane)
    {
        // Whether the server is ready is asked on the redirect port, and is none of the fast lane's requests.
        var before = (long)(await product.Client.StatsAsync())["redirects"]!["handedOver"]!;
        Assert.Equal(fastLane, before > 0);

        using var clicker = new Clicker(product.Edge);
        (await clicker.ClickAsync(link.Key)).Dispose();
        Assert.Equal(before, (long)(await product.Client.StatsAsync())["redirects"]!["handedOver"]!);
    }

    internal static Task UntilCaughtUpAsync(Product product) =>
        Eventually.HoldsAsync("every recorded click is counted", Eventually.Limit, async () =>
        {
            var stats = await product.Client.StatsAsync();
            return (long)stats["edge"]!["backlog"]! == 0
                && (long)stats["aggregator"]!["consumed"]! == (long)stats["edge"]!["appended"]!;
        });

    /// <summary>
    /// What was recorded, delivered and consumed is what was counted. A shortfall on any side would stand in one of the
    /// figures that must be 0 here: the equations alone cannot show it.
    /// </summary>
    internal static async Task EquationsHoldAsync(Product product, long counted)
    {
        var stats = await product.Client.StatsAsync();
        var edge = stats["edge"]!;
        Assert.Equal(
            (counted, counted, counted, 0, 0, 0),
            ((long)edge["offered"]!, (long)edge["appended"]!, (long)edge["delivered"]!, (long)edge["dropped_declared"]!,
                (long)edge["backlog"]!, (long)edge["quarantined"]!));
        var partitions = stats["aggregator"]!["partitions"]!.AsArray();
        Assert.Equal(counted, partitions.Sum(partition => (long)partition!["consumed"]!));
        Assert.Equal(counted, partitions.Sum(partition => (long)partition!["applied"]!));
    }

    /// <summary>How long the disk takes for a sync at most, tried beside the load for a while.</summary>
    private static async Task<TimeSpan> LongestSyncAsync(Product product, TimeSpan within)
    {
        var longest = TimeSpan.Zero;
        var start = TimeProvider.System.GetTimestamp();
        using var file = File.OpenHandle(Path.Combine(product.Data, "sync"), FileMode.Create, FileAccess.Write);
        while (TimeProvider.System.GetElapsedTime(start) < within)
        {
            var before = TimeProvider.System.GetTimestamp();
            RandomAccess.Write(file, new byte[4_096], 0);
            LinuxFile.DataSync(file);
            var took = TimeProvider.System.GetElapsedTime(before);
            longest = took > longest ? took : longest;
            await Task.Yield();
        }

        return longest;
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * TimeProvider.System.TimestampFrequency);
}
