using LinkTracker.EndToEnd.Tests.Cluster;

namespace LinkTracker.EndToEnd.Tests;

/// <summary>The promise "one effect, equal answers" for money, against SIGKILL while equal posts are under way.</summary>
public sealed class SaleCrashTests
{
    private const int Posts = 100;
    private const int Rounds = 5;

    [Fact]
    public async Task In_one_process_equal_posts_with_a_kill_between_have_one_effect_and_equal_answers()
    {
        await using var product = await Product.StartAsync();
        await KillBetweenAsync([product.Client], product.KillAsync, product.RestartAsync);
    }

    [FactWith(Need.Kafka, Need.Redis, Need.Postgres, Need.Toxiproxy)]
    public async Task In_the_cluster_equal_posts_to_two_Aggregators_with_a_kill_of_one_have_one_effect_and_equal_answers()
    {
        await using var cluster = await ClusterRig.StartAsync();
        var killed = cluster.Aggregators[0].Process;
        await KillBetweenAsync([.. cluster.Aggregators.Select(aggregator => aggregator.Client)], killed.KillAsync, killed.StartAsync);
    }

    private static async Task KillBetweenAsync(IReadOnlyList<ApiClient> clients, Func<Task> killAsync, Func<Task> restartAsync)
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var link = await clients[0].CreateLinkAsync("crash");
        for (var round = 0; round < Rounds; round++)
        {
            // :: 1
            var sale = new { customerExternalId = $"c-{round}", amount = 100, invoiceId = $"i-{round}", referralCode = "crash" };
            var posts = PostAll(clients, sale);
            await Task.Delay(random.Next(1, 60));
            await killAsync();
            var before = (await Task.WhenAll(posts)).OfType<string>();

            // :: 2
            await restartAsync();
            var after = await Task.WhenAll(PostAll(clients, sale));
            Assert.True(after.All(answer => answer is not null), $"seed {seed}: a post was not answered after the restart");
            Assert.Single(before.Concat(after).Distinct());
        }

        var conversions = (await clients[0].StatsAsync())["conversions"]!;
        Assert.Equal((Rounds, 0), ((int)conversions["sales"]!, (int)conversions["saleConflicts"]!));
        Assert.Equal($$"""{"posted":{{Rounds * 100}},"attributed":{{Rounds * 100}},"unattributed":0}""", conversions["amounts"]!["usd"]!.ToJsonString());
        var shown = await clients[^1].GetAsync("/links/info?linkId=" + link.Id);
        Assert.Equal((Rounds, Rounds * 100L), ((int)shown["sales"]!, (long)shown["saleAmount"]!));
    }

    private static List<Task<string?>> PostAll(IReadOnlyList<ApiClient> clients, object sale) =>
        [.. Enumerable.Range(0, Posts).Select(i => TryPostAsync(clients[i % clients.Count], sale))];

    // Null when the process was killed before it answered.
    private static async Task<string?> TryPostAsync(ApiClient client, object sale)
    {
        try
        {
            return (await client.PostAsync("/track/sale", sale)).ToJsonString();
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
