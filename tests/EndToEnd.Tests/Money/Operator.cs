using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using LinkTracker.Year;
using LinkTracker.Year.Plan;
using LinkTracker.Year.Wire;

namespace LinkTracker.EndToEnd.Tests.Money;

/// <summary>
/// What an operator does beside the shop, one random thing at a time: it pays, says what became of payments, approves, decides and takes that back, makes
/// commissions of its own, gives rewards, and changes rules. Nothing of it but the commissions changes what is owed for the shop's facts.
/// </summary>
/// <param name="expected">The reports' figures, to which what it makes is added.</param>
internal sealed class Operator(StubbornClient client, YearPlan plan, Identities identities, Random random, Figures expected)
{
    private readonly List<string> _openPayouts = [];
    private readonly List<(string Path, string Text)> _statements = [];
    private readonly List<(string Key, JsonObject Body, string Text)> _made = [];
    private int _calls;

    public async Task DoAsync()
    {
        switch (random.Next(8))
        {
            case 0 or 1:
                await PayAsync();
                break;
            case 2 when _openPayouts.Count > 0:
                await SettleAsync();
                break;
            case 3 or 4:
                await ApproveAsync();
                break;
            case 5:
                await DecideAndTakeBackAsync();
                break;
            case 6:
                await MakeAsync();
                break;
            case 7 when random.Next(2) == 0:
                await GiveAsync();
                break;
            default:
                await ChangeRulesAsync();
                break;
        }
    }

    /// <summary>Has rewards wait for approval alone from now on.</summary>
    public static async Task AskForApprovalAsync(Installation installation, Identities identities)
    {
        foreach (var program in identities.Programs)
        {
            await installation.SendAsync(HttpMethod.Patch, $"/programs/{program}", Rules("manual", holdingDays: 0));
        }
    }

    /// <summary>Approves until nothing waits, and pays until something was paid.</summary>
    public Task PayAtLeastOnceAsync() => Eventually.HoldsAsync("something is paid", TimeSpan.FromSeconds(60), async () =>
    {
        await ApproveAsync();
        await PayAsync();
        return _statements.Count > 0;
    });

    /// <summary>Whoever asks again gets what it got at first: statements, and commissions that were made.</summary>
    public async Task FindAgainAsync()
    {
        foreach (var (path, text) in _statements)
        {
            Assert.Equal(text, (await client.SendAsync(HttpMethod.Get, path)).Ok());
        }

        foreach (var (key, body, text) in _made)
        {
            Assert.Equal(text, (await SendAsync(HttpMethod.Post, "/commissions", body, key)).Ok());
        }
    }

    private async Task PayAsync()
    {
        var body = new JsonObject { ["programId"] = random.GetItems([.. identities.Programs], 1)[0] };
        var answer = await SendAsync(HttpMethod.Post, "/payouts", body, random.Next(2) == 0 ? NextKey() : null);
        if (answer.Status is HttpStatusCode.Conflict)
        {
            Assert.Contains("nothing to pay", answer.Text, StringComparison.Ordinal);
            return;
        }

        var payouts = JsonNode.Parse(answer.Ok())!["payouts"]!.AsArray();
        _openPayouts.AddRange(payouts.Select(payout => (string)payout!["id"]!));
        var path = $"/partners/{payouts[0]!["partner"]!["id"]}/statement?payoutId={payouts[0]!["id"]}";
        _statements.Add((path, (await client.SendAsync(HttpMethod.Get, path)).Ok()));
    }

    private async Task SettleAsync()
    {
        var payout = _openPayouts[random.Next(_openPayouts.Count)];
        _openPayouts.Remove(payout);
        var outcome = random.Next(3) == 0 ? new JsonObject { ["reason"] = "unknown account" } : new JsonObject { ["reference"] = $"ref {payout}" };
        (await SendAsync(HttpMethod.Post, $"/payouts/{payout}/{(outcome.ContainsKey("reason") ? "fail" : "confirm")}", outcome)).Ok();
    }

    private async Task ApproveAsync()
    {
        var waiting = await IdsAsync("/commissions?approval=waiting&pageSize=100");
        if (waiting.Length > 0)
        {
            (await SendAsync(HttpMethod.Post, "/commissions/approve", new JsonObject { ["commissionIds"] = new JsonArray([.. waiting.Select(id => (JsonNode)id)]) })).Ok();
        }
    }

    private async Task DecideAndTakeBackAsync()
    {
        var commissions = await IdsAsync("/commissions?pageSize=50");
        if (commissions.Length == 0)
        {
            return;
        }

        var path = "/commissions/" + commissions[random.Next(commissions.Length)];
        var decided = random.Next(2) == 0 ? new JsonObject { ["status"] = "canceled" } : new JsonObject { ["earnings"] = random.Next(5_000) };
        (await SendAsync(HttpMethod.Patch, path, decided)).Ok();
        (await SendAsync(HttpMethod.Patch, path, new JsonObject { ["status"] = "pending" })).Ok();
    }

    private async Task MakeAsync()
    {
        var referrer = plan.Referrers[random.Next(plan.Referrers.Count)];
        var amount = random.Next(1, 10_000);
        var (name, currency) = ($"referrer {referrer.Index:00000}", referrer.Program.Currency);
        var body = new JsonObject
        {
            ["type"] = "custom",
            ["partnerId"] = identities.Partners[referrer.Index],
            ["programId"] = identities.Programs[referrer.Program.Index],
            ["amount"] = amount,
        };
        var key = NextKey();
        _made.Add((key, body, (await SendAsync(HttpMethod.Post, "/commissions", body, key)).Ok()));
        expected.Add($"commissions of {name} {currency}", amount);
        expected.Add($"balance of {name} {currency}", amount);
        expected.Add($"balance of program {referrer.Program.Name} {currency}", -amount);
    }

    private async Task GiveAsync()
    {
        var rewards = await IdsAsync("/rewards?status=payable&pageSize=50");
        if (rewards.Length > 0)
        {
            // It may be set off, or not be payable any more.
            var answer = await SendAsync(HttpMethod.Post, $"/rewards/{rewards[random.Next(rewards.Length)]}/fulfil", []);
            Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Conflict, answer.Text);
        }
    }

    private async Task ChangeRulesAsync() => (await SendAsync(
        HttpMethod.Patch, $"/programs/{identities.Programs[random.Next(identities.Programs.Count)]}", Rules(random.Next(2) == 0 ? "manual" : "automatic", random.Next(3)))).Ok();

    private async Task<string[]> IdsAsync(string path) =>
        [.. JsonNode.Parse((await client.SendAsync(HttpMethod.Get, path)).Ok())!.AsArray().Select(one => (string)one!["id"]!)];

    private Task<Answer> SendAsync(HttpMethod method, string path, JsonObject body, string? idempotencyKey = null) =>
        client.SendAsync(method, path, Encoding.UTF8.GetBytes(body.ToJsonString()), idempotencyKey);

    private string NextKey() => $"operator-{_calls++}";

    private static JsonObject Rules(string approval, int holdingDays) => new() { ["rules"] = new JsonObject { ["approval"] = approval, ["holdingDays"] = holdingDays } };
}
