using System.Text.Json.Nodes;
using LinkTracker.Year.Plan;

namespace LinkTracker.Year.Wire;

/// <summary>Reads what the product says of the year, from each report that has it.</summary>
internal sealed class Reports(Installation installation, YearPlan plan, Identities identities)
{
    /// <param name="progress">Says how long each took.</param>
    public async Task<Figures> ReadAsync(Progress progress)
    {
        var figures = new Figures();
        await progress.OfAsync("totals read", AddTotalsAsync(figures));
        await progress.OfAsync("referrers read", AddPartnersAsync(figures));
        await progress.OfAsync("revenue read", AddRevenueAsync(figures));
        await progress.OfAsync("commissions read", AddCommissionsAsync(figures));
        await progress.OfAsync("balances read", AddBalancesAsync(figures));
        return figures;
    }

    private async Task AddTotalsAsync(Figures figures)
    {
        var stats = await installation.GetAsync("/stats");
        AddConversions(figures, stats["conversions"]!);

        // Of the ledger it is enough that nothing is lost and every balance is the sum of its postings: the balances follow below.
        // Each reading sums some more of them, until all are summed.
        var ledger = stats["ledger"]!;
        for (var before = -1L; (long)ledger["checkedTo"]! is var now && now != before; before = now)
        {
            ledger = (await installation.GetAsync("/stats"))["ledger"]!;
        }

        figures.Add("all missing postings", (long)ledger["missing"]!);
        foreach (var (unit, of) in ledger["units"]!.AsObject())
        {
            figures.Add($"all {unit} debits above credits", (long)of!["debits"]! - (long)of["credits"]!);
            figures.Add($"all {unit} wrong balances", (long)of["wrongBalances"]!);
        }
    }

    private static void AddConversions(Figures figures, JsonNode conversions)
    {
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
            var name = NameOf(partner["id"]);
            figures.Add($"{name} leads", (long)partner["totalLeads"]!);
            figures.Add($"{name} sales", (long)partner["totalSales"]!);
            figures.Add($"{name} customers", (long)partner["totalConversions"]!);
            figures.Add($"{name} total gross", (long)partner["totalSaleAmount"]!);
            figures.Add($"{name} total net", (long)partner["netRevenue"]!);
        }
    }

    private async Task AddRevenueAsync(Figures figures)
    {
        await foreach (var partner in installation.ListAsync("/reports/partners?interval=all", within: "partners"))
        {
            var name = NameOf(partner["partnerId"]);
            figures.Add($"{name} leads reported", (long)partner["leads"]!);
            figures.Add($"{name} sales reported", (long)partner["sales"]!);
            figures.Add($"{name} customers reported", (long)partner["customers"]!);
            foreach (var of in partner["revenue"]!.AsArray())
            {
                figures.Add($"{name} {of!["currency"]} gross", (long)of["gross"]!);
                figures.Add($"{name} {of["currency"]} refunds", (long)of["refunds"]!);
            }
        }
    }

    private async Task AddCommissionsAsync(Figures figures)
    {
        await foreach (var commission in installation.ListByIdAsync("/commissions?"))
        {
            figures.Add($"commissions of {NameOf(commission["partner"]!["id"])} {commission["currency"]}", (long)commission["earnings"]!);
        }

        await foreach (var reward in installation.ListByIdAsync("/rewards?side=friend"))
        {
            figures.Add($"friends of {NameOf(reward["partner"]!["id"])} {reward["kind"]}:{reward["currency"]}", (long)reward["amount"]!);
        }
    }

    // On whatever account it stands: the holding period and fraud rules decide when it is paid, not what is owed.
    private async Task AddBalancesAsync(Figures figures)
    {
        await foreach (var balance in installation.ListAsync("/ledger/balances?"))
        {
            var owner = (string)balance["ownerKind"]! switch
            {
                "partner" => NameOf(balance["ownerId"]),
                "customer" => "friends",
                _ => $"program {plan.Programs[identities.Programs.Index().Single(program => program.Item == (string)balance["programId"]!).Index].Name}",
            };
            figures.Add($"balance of {owner} {balance["unit"]}", (long)balance["amount"]!);
            if ((string)balance["account"]! == "paid")
            {
                figures.Add($"paid to {owner} {balance["unit"]}", (long)balance["amount"]!);
            }
        }
    }

    private string NameOf(JsonNode? partner) => plan.Referrers[identities.ReferrerOf((string)partner!)].Label;
}
