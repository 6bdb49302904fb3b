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
        var link = await product.Client.CreateLinkAsync("crash");
        var answered = new List<string>();
        var sent = 0;

        for (var kill = 0; kill < kills; kill++)
        {
            using var load = new Load(product.Clicker, link.Key, Visitors, limit: 20_000);
            await Task.Delay(random.Next(50, 700));
            await product.KillAsync();
            await load.StopAsync();
            answered.AddRange(load.Answered);
            sent += load.Sent;
            await product.RestartAsync();
        }

        await UntilCaughtUpAsync(product);
        var counted = await product.Client.ClickIdsAsync(link.Id);
        var message = $"seed {seed}: answered {answered.Count}, counted {counted.Count}, sent {sent}";
        Assert.True(answered.Count > kills * Visitors, message);
        Assert.Empty(answered.Except(counted));
        Assert.True(counted.Count == counted.Distinct().Count(), $"a click was counted twice; {message}");
        Assert.InRange(counted.Count, answered.Count, sent);
        Assert.Equal(counted.Count, await product.Client.RawAsync(link.Id));
        await EquationsHoldAsync(product);
        await IsClickedByAsync(product, link, bool.Parse(fastLane));
    }

    [Fact]
    public async Task In_buffered_mode_a_kill_loses_only_clicks_of_the_stated_window()
    {
        // The window is the commit interval. Under SIGKILL what was handed to the kernel survives, so only clicks of the
        // last interval may be gone; one more interval is allowed for the commit that was under way.
        var interval = TimeSpan.FromMilliseconds(100);
        await using var product = await Product.StartAsync(("Edge__Durability", "buffered"), ("Edge__CommitIntervalMs", "100"));
        var link = await product.Client.CreateLinkAsync("buffered");
        var early = new List<string>();
        for (var i = 0; i < 500; i++)
        {
            early.Add(await product.Clicker.ClickForTokenAsync(link.Key));
        }

        await Task.Delay(interval * 5);
        using var load = new Load(product.Clicker, link.Key, Visitors, limit: 20_000);
        await Task.Delay(interval * 3);
        await product.KillAsync();
        await load.StopAsync();
        await product.RestartAsync();

        await UntilCaughtUpAsync(product);
        var counted = await product.Client.ClickIdsAsync(link.Id);
        Assert.Empty(early.Except(counted));
        Assert.Equal(counted.Count, counted.Distinct().Count());
        Assert.InRange(counted.Count, early.Count, early.Count + load.Sent);
        await EquationsHoldAsync(product);
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
        Eventually.HoldsAsync("every recorded click is counted", TimeSpan.FromSeconds(60), async () =>
            (long)(await product.Client.StatsAsync())["edge"]!["backlog"]! == 0);

    internal static async Task EquationsHoldAsync(Product product)
    {
        var stats = await product.Client.StatsAsync();
        var edge = stats["edge"]!;
        Assert.Equal((long)edge["offered"]!, (long)edge["appended"]! + (long)edge["dropped_declared"]!);
        Assert.Equal((long)edge["appended"]!, (long)edge["delivered"]! + (long)edge["backlog"]! + (long)edge["quarantined"]!);
        foreach (var partition in stats["aggregator"]!["partitions"]!.AsArray())
        {
            Assert.Equal(
                (long)partition!["consumed"]!,
                (long)partition["applied"]! + (long)partition["duplicate_skipped"]! + (long)partition["quarantined"]!);
        }
    }
}
