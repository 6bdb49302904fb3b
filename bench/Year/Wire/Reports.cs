using System.Text.Json.Nodes;
using LinkTracker.Year.Plan;

namespace LinkTracker.Year.Wire;

/// <summary>Reads what the product says of the year, from each report that has it.</summary>
internal sealed class Reports(Installation installation, Identities identities)
{
    private readonly Dictionary<string, int> _referrers = identities.Partners.Index().ToDictionary(partner => partner.Item, partner => partner.Index);

    public async Task<Figures> ReadAsync()
    {
        var figures = new Figures();
        await AddTotalsAsync(figures);
        await AddPartnersAsync(figures);
        return figures;
    }

    private async Task AddTotalsAsync(Figures figures)
    {
        var conversions = (await installation.GetAsync("/stats"))["conversions"]!;
        figures.Add("all leads", (long)conversions["leads"]!);
        figures.Add("all sales", (long)conversions["sales"]!);
        foreach (var kind in new[] { "lead", "sale", "refund" })
        {
            figures.Add($"all {kind} repeats", (long)conversions[$"{kind}Repeats"]!);
            figures.Add($"all {kind} conflicts", (long)conversions[$"{kind}Conflicts"]!);
        }

        foreach (var (currency, amount) in conversions["refunded"]!.AsObject())
        {
            figures.Add($"all {currency} refunded", (long)amount!);
        }

        foreach (var (currency, amounts) in conversions["amounts"]!.AsObject())
        {
            foreach (var (name, amount) in amounts!.AsObject())
            {
                figures.Add($"all {currency} {name}", (long)amount!);
            }
        }
    }

    private async Task AddPartnersAsync(Figures figures)
    {
        await foreach (var partner in installation.ListAsync("/partners?sortBy=createdAt"))
        {
            var name = $"referrer {_referrers[(string)partner["id"]!]:00000}";
            figures.Add($"{name} leads", (long)partner["totalLeads"]!);
            figures.Add($"{name} sales", (long)partner["totalSales"]!);
            figures.Add($"{name} customers", (long)partner["totalConversions"]!);
            figures.Add($"{name} {Telecom.ReportingCurrency} gross", (long)partner["totalSaleAmount"]!);
            figures.Add($"{name} {Telecom.ReportingCurrency} net", (long)partner["netRevenue"]!);
        }
    }
}
