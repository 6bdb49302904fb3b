using System.Text.Json.Nodes;
using LinkTracker.Year.Plan;

namespace LinkTracker.Year.Wire;

/// <summary>The rules of a program as the API takes them.</summary>
internal static class ProgramBody
{
    public static JsonObject Of(ProgramTerms program) => new()
    {
        ["attribution"] = new JsonObject
        {
            ["model"] = program.Model,
            ["firstPercent"] = program.FirstPercent,
            ["lastPercent"] = program.LastPercent,
            ["halfLifeDays"] = program.HalfLifeDays,
            ["precedence"] = new JsonArray([.. program.Precedence.Select(kind => (JsonNode)kind)]),
            ["clickDays"] = program.ClickDays,
            ["existingCustomers"] = program.ExistingCustomers,
            ["pendingDays"] = program.PendingDays,
        },
        ["holdingDays"] = program.HoldingDays,
        ["rewards"] = Rewards(program.Rewards),
        ["groups"] = new JsonArray([.. program.Groups.Select(group => new JsonObject { ["name"] = group.Name, ["rewards"] = Rewards(group.Rewards) })]),
    };

    private static JsonArray Rewards(IReadOnlyList<RewardTerms> rewards) => new([.. rewards.Select(Reward)]);

    private static JsonObject Reward(RewardTerms reward)
    {
        var body = new JsonObject
        {
            ["id"] = reward.Id,
            ["event"] = reward.Event,
            ["kind"] = reward.Kind,
            ["side"] = reward.Side,
            [reward.Kind == "percentage" ? "basisPoints" : "amount"] = reward.Value,
            ["basis"] = reward.Basis,
            ["minimumAmount"] = reward.MinimumAmount,
            ["maxMonths"] = reward.MaxMonths,
            ["everyNth"] = reward.EveryNth,
        };
        if (reward.Tiers is { } tiers)
        {
            body["tiers"] = new JsonObject
            {
                ["by"] = tiers.By,
                ["period"] = tiers.Period,
                ["mode"] = tiers.Mode,
                ["steps"] = new JsonArray([.. tiers.Steps.Select(step => new JsonObject { ["from"] = step.From, ["value"] = step.Value })]),
            };
        }

        if (reward.Cap is { } cap)
        {
            body["caps"] = new JsonArray(new JsonObject { ["scope"] = cap.Scope, ["period"] = cap.Period, ["amount"] = cap.Amount });
        }

        return body;
    }
}
