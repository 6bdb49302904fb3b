using System.Text.Json.Nodes;
using LinkTracker.Year.Plan;

namespace LinkTracker.Year.Wire;

/// <summary>
/// Pays referrers in the middle of the year, as an operator does while the shop goes on telling: refunds and late sales come behind payments.
/// What is owed in the end is the same whenever something was paid of it; what was paid must be what the ledger says.
/// </summary>
internal sealed class Paydays(Installation installation, YearPlan plan, Identities identities)
{
    // One payment of so many does not arrive.
    private const int FailsEvery = 9;

    private readonly Lock _turn = new();
    private int _payments;

    /// <summary>What arrived, under the names that <see cref="Reports"/> gives to it.</summary>
    public Figures Paid { get; } = new();

    /// <summary>Pays everybody of every program who is owed something payable. Returns how many payments were made.</summary>
    public async Task<int> PayAsync()
    {
        var before = Volatile.Read(ref _payments);
        foreach (var program in identities.Programs)
        {
            for (var isMore = true; isMore;)
            {
                var batch = await installation.PostUnlessConflictAsync("/payouts", new JsonObject { ["programId"] = program });
                foreach (var payout in batch?["payouts"]!.AsArray() ?? [])
                {
                    await SettleAsync(payout!);
                }

                isMore = (int?)batch?["remaining"] > 0;
            }
        }

        return Volatile.Read(ref _payments) - before;
    }

    private async Task SettleAsync(JsonNode payout)
    {
        var (path, number) = ($"/payouts/{(string)payout["id"]!}", Interlocked.Increment(ref _payments));
        if (number % FailsEvery == 0)
        {
            await installation.PostAsync($"{path}/fail", new JsonObject { ["reason"] = "the account is closed" });
            return;
        }

        await installation.PostAsync($"{path}/confirm", new JsonObject { ["reference"] = $"transfer {number}" });
        var referrer = plan.Referrers[identities.ReferrerOf((string)payout["partner"]!["id"]!)];
        lock (_turn)
        {
            Paid.Add($"paid to {referrer.Label} {(string)payout["currency"]!}", (long)payout["amount"]!);
        }
    }
}
