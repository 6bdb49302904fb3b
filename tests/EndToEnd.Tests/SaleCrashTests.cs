namespace LinkTracker.EndToEnd.Tests;

/// <summary>The promise "one effect, equal answers" for money, against SIGKILL while equal posts are under way.</summary>
public sealed class SaleCrashTests
{
    private const int Posts = 100;

    [Fact]
    public Task On_sqlite_equal_posts_with_a_kill_between_have_one_effect_and_equal_answers() => KillBetweenAsync();

    [FactWith(Need.Postgres)]
    public async Task On_postgres_equal_posts_with_a_kill_between_have_one_effect_and_equal_answers()
    {
        await using var server = await PostgresServer.StartAsync();
        await KillBetweenAsync(("ConnectionStrings__Postgres", await server.CreateDatabaseAsync()));
    }

    private static async Task KillBetweenAsync(params (string Name, string Value)[] settings)
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        await using var product = await Product.StartAsync(settings);
        var link = await product.Client.CreateLinkAsync("crash");
        var rounds = 6;
        for (var round = 0; round < rounds; round++)
        {
            var sale = new { customerExternalId = $"c-{round}", amount = 100, invoiceId = $"i-{round}", referralCode = "crash" };

            // :: 1
            var posts = Enumerable.Range(0, Posts).Select(_ => TryPostAsync(product, sale)).ToList();
            await Task.WhenAny(Task.WhenAny(posts), Task.Delay(random.Next(1, 40)));
            await product.KillAsync();
            var before = (await Task.WhenAll(posts)).OfType<string>().ToList();

            // :: 2
            await product.RestartAsync();
            var after = await Task.WhenAll(Enumerable.Range(0, Posts).Select(_ => TryPostAsync(product, sale)));
            Assert.True(after.All(answer => answer is not null), $"seed {seed}: a post was not answered after the restart");
            Assert.Single(before.Concat(after).Distinct());
        }

        var counts = await product.Client.CountsAsync(link.Id);
        Assert.Equal((rounds, rounds * 100L), ((int)counts["sales"]!, (long)counts["saleAmount"]!));
        var conversions = (await product.Client.StatsAsync())["conversions"]!;
        Assert.Equal(rounds, (int)conversions["sales"]!);
        Assert.Equal(rounds * 100L, (long)conversions["amounts"]!["usd"]!["posted"]!);
        Assert.Equal(0, (int)conversions["saleConflicts"]!);
    }

    // Null when the process was killed before it answered.
    private static async Task<string?> TryPostAsync(Product product, object sale)
    {
        try
        {
            return (await product.Client.PostAsync("/track/sale", sale)).ToJsonString();
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
