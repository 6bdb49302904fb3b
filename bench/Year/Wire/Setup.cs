using System.Text.Json.Nodes;
using LinkTracker.Year.Plan;

namespace LinkTracker.Year.Wire;

/// <summary>Makes what an operator makes before the first customer comes: programs, rates, referrers and their links.</summary>
internal sealed class Setup(Installation installation, YearPlan plan)
{
    private const int LinksAtOnce = 100;

    public async Task<Identities> MakeAsync()
    {
        var programs = new List<string>();
        foreach (var program in plan.Programs)
        {
            var made = await installation.PostAsync("/programs", new JsonObject
            {
                ["name"] = program.Name,
                ["currency"] = program.Currency,
                ["rules"] = ProgramBody.Of(program),
            });
            programs.Add((string)made["id"]!);
        }

        // One after the other, so that their ids are in the order of their indexes.
        var partners = new List<string>();
        foreach (var referrer in plan.Referrers)
        {
            var made = await installation.PostAsync("/partners", new JsonObject { ["name"] = referrer.Name, ["email"] = referrer.Email });
            partners.Add((string)made["id"]!);
        }

        await JoinAsync(programs, partners);
        return new Identities(programs, partners, await ShareAsync(programs, partners));
    }

    /// <summary>Rates of some currencies: those that come behind the sales have rewards to catch up with.</summary>
    public async Task GiveRatesAsync(params string[] currencies)
    {
        var rates = plan.Rates.All.Where(rate => currencies.Contains(rate.Currency)).Select(rate => (JsonNode)new JsonObject
        {
            ["currency"] = rate.Currency,
            ["date"] = rate.From.ToString("O"),
            ["rate"] = rate.Text,
            ["source"] = "the year's own",
        });
        await installation.SendAsync(HttpMethod.Put, "/exchange-rates", new JsonArray([.. rates]));
    }

    private async Task JoinAsync(List<string> programs, List<string> partners)
    {
        foreach (var referrer in plan.Referrers.Where(referrer => referrer.IsGold))
        {
            var path = $"/programs/{programs[referrer.Program.Index]}/partners/{partners[referrer.Index]}";
            await installation.SendAsync(HttpMethod.Put, path, new JsonObject { ["group"] = Telecom.Gold });
        }
    }

    private async Task<List<string>> ShareAsync(List<string> programs, List<string> partners)
    {
        var ids = new List<string>();
        foreach (var some in plan.Links.Chunk(LinksAtOnce))
        {
            var made = await installation.PostAsync("/links/bulk", new JsonArray([.. some.Select(link => new JsonObject
            {
                ["url"] = "https://shop.example.com/", ["key"] = link.Key, ["trackConversion"] = true, ["channel"] = link.Channel,
                ["partnerId"] = partners[link.Referrer.Index], ["programId"] = programs[link.Program.Index],
            })]));
            ids.AddRange(made.AsArray().Select(link => (string?)link!["id"] ?? throw new InvalidOperationException($"a link was refused: {link}")));
        }

        return ids;
    }
}
