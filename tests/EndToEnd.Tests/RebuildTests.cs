namespace LinkTracker.EndToEnd.Tests;

public sealed class RebuildTests
{
    [Fact]
    public async Task Deleted_counts_are_rebuilt_from_the_log_to_the_same_numbers()
    {
        await using var product = await Product.StartAsync();
        var link = await product.Client.CreateLinkAsync("rebuild");
        for (var visitor = 0; visitor < 200; visitor++)
        {
            // Three clicks a visitor: one valid, two duplicates.
            for (var click = 0; click < 3; click++)
            {
                (await product.Clicker.ClickAsync(link.Key, $"{Clicker.Chrome} visitor/{visitor}")).Dispose();
            }
        }

        (await product.Clicker.ClickAsync(link.Key, "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)")).Dispose();
        await CrashTests.UntilCaughtUpAsync(product);
        var before = await NumbersAsync(product, link);
        Assert.Equal(0, await product.StopAsync());

        foreach (var file in Directory.GetFiles(product.Data, "counts.db*"))
        {
            File.Delete(file);
        }

        await product.RestartAsync();
        await CrashTests.UntilCaughtUpAsync(product);
        Assert.Equal(before, await NumbersAsync(product, link));
        await CrashTests.EquationsHoldAsync(product, counted: 601);
    }

    private static async Task<string> NumbersAsync(Product product, Link link)
    {
        var counts = await product.Client.CountsAsync(link.Id);
        var browsers = await product.Client.GetAsync($"/analytics?event=clicks&groupBy=browsers&interval=all&linkId={link.Id}");
        var series = await product.Client.GetAsync($"/analytics?event=clicks&groupBy=timeseries&interval=7d&linkId={link.Id}");
        return $"{counts.ToJsonString()}\n{browsers.ToJsonString()}\n{series.AsArray().Sum(row => (long)row!["clicks"]!)}";
    }
}
