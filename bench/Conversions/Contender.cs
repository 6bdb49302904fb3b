using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace LinkTracker.Conversions;

/// <summary>A product on one engine, with a program that rewards each sale with 10 %, its referrers, and customers that are known.</summary>
internal sealed class Contender : IAsyncDisposable
{
    private const int Referrers = 100;

    private readonly HttpClient _http;
    private readonly ConversionLoad _load;
    private readonly int _customers;

    private Contender(Engine engine, RunningProduct product, int customers)
    {
        (Engine, Product, _customers) = (engine, product, customers);
        _http = new HttpClient { BaseAddress = product.Api, Timeout = TimeSpan.FromSeconds(30) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", product.AdminKey);
        _load = new ConversionLoad(product, Referrers, customers);
    }

    public Engine Engine { get; }

    public RunningProduct Product { get; }

    public static async Task<Contender> StartAsync(Engine engine, Options options)
    {
        var contender = new Contender(engine, await RunningProduct.StartAsync(engine, options.IsDurable), options.Customers);
        try
        {
            await contender.PrepareAsync();
            return contender;
        }
        catch
        {
            await contender.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="InvalidOperationException">What was answered is not all there afterwards.</exception>
    public async Task<Sample> RunAsync(Load load, int seconds)
    {
        var (sales, commissions) = await CountAsync();
        var (sample, sold) = await _load.RunAsync(load, seconds);
        var (salesAfter, commissionsAfter) = await CountAsync();
        Demand.Holds(salesAfter - sales == sold, $"{sold} sales were answered and {salesAfter - sales} are there");
        Demand.Holds(commissionsAfter - commissions == sold, $"{sold} sales were answered and {commissionsAfter - commissions} commissions are there");
        return sample;
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return Product.DisposeAsync();
    }

    private async Task PrepareAsync()
    {
        var program = (string)(await PostAsync("/programs", new JsonObject
        {
            ["name"] = "Benchmark",
            ["currency"] = "usd",
            ["rules"] = new JsonObject
            {
                ["rewards"] = new JsonArray(new JsonObject { ["id"] = "tenth", ["event"] = "sale", ["kind"] = "percentage", ["basisPoints"] = 1_000 }),
            },
        }))["id"]!;
        for (var i = 0; i < Referrers; i++)
        {
            var partner = (string)(await PostAsync("/partners", new JsonObject { ["email"] = $"referrer{i}@people.example" }))["id"]!;
            await PostAsync("/links", new JsonObject
            {
                ["url"] = "https://shop.example.com/",
                ["key"] = ConversionLoad.CodeOf(i),
                ["trackConversion"] = true,
                ["partnerId"] = partner,
                ["programId"] = program,
            });
        }

        await _load.MakeKnownAsync(_customers);
    }

    private async Task<(long Sales, long Commissions)> CountAsync()
    {
        var stats = (await _http.GetFromJsonAsync<JsonObject>("/stats"))!;
        return ((long)stats["conversions"]!["sales"]!, (long)stats["ledger"]!["openCommissions"]!);
    }

    private async Task<JsonObject> PostAsync(string path, JsonObject body)
    {
        using var answer = await _http.PostAsJsonAsync(path, body);
        var text = await answer.Content.ReadAsStringAsync();
        Demand.Holds(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode}: {text}");
        return JsonNode.Parse(text)!.AsObject();
    }
}
