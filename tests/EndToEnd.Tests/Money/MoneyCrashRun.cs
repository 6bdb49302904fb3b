using System.Text;
using System.Text.Json.Nodes;
using LinkTracker.Contracts.Security;
using LinkTracker.Year;
using LinkTracker.Year.Plan;
using LinkTracker.Year.Truth;
using LinkTracker.Year.Wire;

namespace LinkTracker.EndToEnd.Tests.Money;

/// <summary>One run of <see cref="MoneyCrashTests"/> on a product that nobody used yet.</summary>
/// <param name="killAsync">Kills something at once, and returns when it runs again.</param>
internal sealed class MoneyCrashRun(RunningProduct product, ToldWebhooks webhooks, int seed, Func<Task> killAsync)
{
    private const int Customers = 120;
    private const int LiveCustomers = 80;
    private const int Connections = 8;
    private const int OperatorActs = 100;
    private const int Kills = 6;

    // Their rates come when all was told, and the last kill comes while what waited for them is worked through.
    private static readonly string[] LateCurrencies = ["jpy", "kwd"];

    // How often the clients ask again, and what the operator comes to pay, hangs on when the product dies. What was paid is compared with the payouts.
    private static readonly string[] Unforeseen = [" repeats |", "| paid to "];

    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(10);

    private readonly Random _random = new(seed);

    public async Task RunAsync()
    {
        // :: 1  What an operator makes before, in peace.
        using var end = new CancellationTokenSource(LongestRun);
        using var installation = new Installation(product.Api, product.AdminKey, Connections, end.Token);
        var year = YearPlan.Draw(seed, Customers, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime));
        var setup = new Setup(installation, year);
        var identities = await setup.MakeAsync();
        await setup.GiveRatesAsync("usd", "gbp");
        await installation.PostAsync("/webhooks", new JsonObject
        {
            ["name"] = "all",
            ["url"] = webhooks.Url,
            ["triggers"] = new JsonArray([.. ToldWebhooks.Triggers.Select(one => (JsonNode)one)]),
        });
        await Operator.AskForApprovalAsync(installation, identities);

        // :: 2  The truth, which knows nothing of crashes.
        var plan = LiveFacts.AddTo(year, _random, LiveCustomers, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        var expected = TruthFigures.Of(plan, YearTruth.Of(plan));

        // :: 3  All of it, and kills.
        using var client = new StubbornClient(product.Api, product.AdminKey, 2 * Connections);
        var told = new CrashedYear(client, new ToldBody(new InstallationKeys(product.Secret), identities), plan.Tellings);
        var operating = new Operator(client, plan, identities, new Random(seed), expected);
        var telling = Task.WhenAll(told.TellAsync(Connections), ActAsync(operating));
        await Task.WhenAll(telling, KillAsync(client, plan.Tellings.Count, telling));
        var rates = client.SendAsync(HttpMethod.Put, "/exchange-rates", LateRates(plan));
        await Task.Delay(_random.Next(100));
        await killAsync();
        (await rates).Ok();
        await operating.PayAtLeastOnceAsync();

        // :: 4  Nothing is lost, nothing is doubled, and whoever asks again gets the first answer.
        Assert.True(client.Again > 0, "no request was under way when something was killed");
        await told.TellAsync(Connections);
        await operating.FindAgainAsync();
        using var progress = new Progress(product.Service.Id, TextWriter.Null, TimeProvider.System);
        var found = await new Reports(installation, plan, identities).ReadAsync(progress);
        Assert.Equal("", string.Join('\n', expected.DifferencesFrom(found).Where(line => !Unforeseen.Any(of => line.Contains(of, StringComparison.Ordinal)))));
        var payouts = await installation.ListAsync("/payouts?sortBy=initiatedAt").ToListAsync();
        Assert.Equal("", string.Join('\n', (await PaidAsync(installation)).DifferencesFrom(Sum(payouts))));
        await AreToldAsync(plan, payouts);
    }

    private static async Task ActAsync(Operator operating)
    {
        for (var i = 0; i < OperatorActs; i++)
        {
            await operating.DoAsync();
        }
    }

    private async Task KillAsync(StubbornClient client, int requests, Task telling)
    {
        const int part = Kills + 1;
        for (var kill = 1; kill < Kills; kill++)
        {
            var at = (requests * kill / part) + _random.Next(requests / part);
            await Eventually.HoldsAsync($"{at} requests are answered", TimeSpan.FromMinutes(5), () => Task.FromResult(client.Answered >= at || telling.IsCompleted));
            await Task.Delay(_random.Next(30));
            await killAsync();
        }
    }

    private static byte[] LateRates(YearPlan plan) => Encoding.UTF8.GetBytes(new JsonArray([.. plan.Rates.All.Where(rate => LateCurrencies.Contains(rate.Currency)).Select(rate => new JsonObject
    {
        ["currency"] = rate.Currency,
        ["date"] = rate.From.ToString("O"),
        ["rate"] = rate.Text,
        ["source"] = "the year's own",
    })]).ToJsonString());

    private static async Task<Figures> PaidAsync(Installation installation)
    {
        var paid = new Figures();
        await foreach (var balance in installation.ListAsync("/ledger/balances?"))
        {
            if (((string)balance["account"]!, (string)balance["ownerKind"]!) == ("paid", "partner"))
            {
                paid.Add($"{balance["ownerId"]} {balance["unit"]}", (long)balance["amount"]!);
            }
        }

        return paid;
    }

    private static Figures Sum(IEnumerable<JsonNode> payouts)
    {
        var sums = new Figures();
        foreach (var payout in payouts.Where(payout => (string)payout["status"]! != "failed"))
        {
            sums.Add($"{payout["partner"]!["id"]} {payout["currency"]}", (long)payout["amount"]!);
        }

        return sums;
    }

    private async Task AreToldAsync(YearPlan plan, List<JsonNode> payouts)
    {
        var facts = plan.Customers.SelectMany(life => life).ToLookup(told => told.Kind);
        int WithStatus(string status) => payouts.Count(payout => (string)payout["status"]! == status);
        (string Type, int Count)[] expected =
        [
            ("lead.created", facts[ToldKind.Lead].Count()),
            ("sale.created", facts[ToldKind.Sale].Count()),
            ("refund.created", facts[ToldKind.Refund].Count() + facts[ToldKind.Chargeback].Count()),
            ("payout.created", payouts.Count),
            ("payout.completed", WithStatus("completed")),
            ("payout.failed", WithStatus("failed")),
        ];
        await Eventually.HoldsAsync("the webhook is told of everything", Eventually.Limit, () => Task.FromResult(expected.All(one => webhooks.CountOf(one.Type) >= one.Count)));
        Assert.Equal(expected, expected.Select(one => (one.Type, webhooks.CountOf(one.Type))));
        Assert.Empty(webhooks.Wrong);
    }
}
