using System.Globalization;
using LinkTracker.Year.Plan;

namespace LinkTracker.EndToEnd.Tests.Money;

/// <summary>
/// The promise that no crash loses or doubles money: a year, and what happens now, is told over several connections, while an operator pays and decides, and the
/// product or its database is killed at any moment. What was not answered is sent again. In the end every report equals the truth to the unit.
/// </summary>
public sealed class MoneyCrashTests
{
    private static readonly int Seed =
        int.TryParse(Environment.GetEnvironmentVariable("LINKTRACKER_MONEY_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : Environment.TickCount & int.MaxValue;

    [Fact]
    public Task On_Sqlite_kills_of_the_product_neither_lose_nor_double_money() => RunAsync(Engine.Sqlite, product => KillAsync(product.Service));

    [FactWith(Need.Postgres, Need.Redis, Need.Kafka)]
    public Task On_Postgres_kills_of_the_product_neither_lose_nor_double_money() => RunAsync(Engine.Postgres, product => KillAsync(product.Service));

    [FactWith(Need.Postgres, Need.Redis, Need.Kafka)]
    public Task Kills_of_Postgres_itself_neither_lose_nor_double_money() => RunAsync(Engine.Postgres, product => product.Postgres!.CrashAsync());

    private static async Task RunAsync(Engine engine, Func<RunningProduct, Task> killAsync)
    {
        await using var webhooks = await ToldWebhooks.StartAsync();
        await using var product = await RunningProduct.StartAsync(
            engine, settings: [("Aggregator__Currency", Telecom.ReportingCurrency), ("Aggregator__WebhookHosts", "127.0.0.1")]);
        try
        {
            await new MoneyCrashRun(product, webhooks, Seed, () => killAsync(product)).RunAsync();
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"seed {Seed} (LINKTRACKER_MONEY_SEED): {failure.Message}\n{product.Service.Output}", failure);
        }
    }

    private static async Task KillAsync(ServiceProcess service)
    {
        await service.KillAsync();
        await service.StartAsync();
    }
}
