using System.Text.Json;
using System.Text.Json.Nodes;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Tests.Programs;

/// <summary>What is said of the fields of rules is what holds for them.</summary>
public class RuleFieldsTests
{
    // Described in other words elsewhere.
    private static readonly string[] Others = ["attribution", "eligibility", "fraud"];

    [Fact]
    public void Every_field_is_there_and_has_the_default_that_it_says()
    {
        foreach (var (type, example) in new (Type, object)[]
        {
            (typeof(ProgramRules), new ProgramRules()), (typeof(ReferrerGroup), new ReferrerGroup("")), (typeof(RewardRule), new RewardRule()), (typeof(RewardTiers), new RewardTiers()),
            (typeof(RewardTier), new RewardTier(0, 0)), (typeof(RewardCap), new RewardCap("", "", 0)), (typeof(AttributionRules), new AttributionRules()),
        })
        {
            var real = JsonSerializer.SerializeToNode(example, type, ApiJson.Options)!.AsObject();
            var said = RuleFields.All.Where(field => field.Of == type).ToList();
            Assert.Equal(real.Select(one => one.Key).Except(Others).Order(StringComparer.Ordinal), said.Select(field => field.Name).Order(StringComparer.Ordinal));
            Assert.All(said.Where(field => field.Default is not null), field => Assert.Equal(field.Default, real[field.Name] is JsonValue text && text.TryGetValue<string>(out var value) ? value : real[field.Name]?.ToJsonString() ?? "null"));
        }
    }

    [Fact]
    public void What_is_out_of_its_range_is_refused_and_the_ends_are_not()
    {
        foreach (var field in RuleFields.All.Where(field => field.Range is not null))
        {
            var (least, most) = field.Range!.Value;
            Assert.All([least - 1, most + 1], wrong => Assert.Contains(field.Name + ": must be ", Refusal(field, wrong), StringComparison.Ordinal));
            Assert.Null(Refusal(field, field.Of == typeof(RewardRule) && least == 0 && field.Name == "basisPoints" ? 1 : least));

            // The two percents have each other's room only.
            if (field.Name is not ("firstPercent" or "lastPercent"))
            {
                Assert.Null(Refusal(field, most));
            }
        }
    }

    [Fact]
    public void What_is_none_of_its_choices_is_refused()
    {
        Assert.All(RuleFields.All.Where(field => field.Choices is not null), field =>
            Assert.Contains($"{field.Name}: must be one of {string.Join(", ", field.Choices!)}.", Refusal(field, "else"), StringComparison.Ordinal));
    }

    [Fact]
    public void The_page_has_every_field_with_its_values_and_default()
    {
        var page = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "rewards.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split(" | ", StringSplitOptions.TrimEntries))
            .Select(cells => (cells[0].Trim('|', ' '), cells[1], cells[2], cells[3].TrimEnd('|', ' ')));
        Assert.Equal(
            RuleFields.All.Select(field => ($"`{field.Name}`", Values(field), field.Default is { } value ? $"`{value}`" : "needed", field.About)),
            page);
    }

    private static string Values(RuleField field) => field.Choices is { } choices ? string.Join(", ", choices.Select(choice => $"`{choice}`"))
        : field.Range is var (least, most) ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{least:N0} to {most:N0}")
        : "";

    private static string? Refusal(RuleField field, JsonNode value)
    {
        try
        {
            RulesText.Change(new ProgramRules(), JsonSerializer.SerializeToElement(Rules(field, value)));
            return null;
        }
        catch (ApiError refused)
        {
            return refused.Message;
        }
    }

    // Rules that make sense, but for this field.
    private static JsonObject Rules(RuleField field, JsonNode value)
    {
        var of = field.Of.Name;
        JsonObject With(string type, string text)
        {
            var json = JsonNode.Parse(text)!.AsObject();
            if (of == type)
            {
                json[field.Name] = value.DeepClone();
            }

            return json;
        }

        var tiers = With(nameof(RewardTiers), "{}");
        tiers["steps"] = new JsonArray(With(nameof(RewardTier), """{"from":1,"value":1}"""));
        var reward = With(nameof(RewardRule), """{"id":"r","basisPoints":1}""");
        if (of is nameof(RewardTiers) or nameof(RewardTier) or nameof(RewardCap))
        {
            (reward["kind"], reward["amount"], reward["tiers"]) = ("flat", 1, tiers);
            reward["caps"] = new JsonArray(With(nameof(RewardCap), """{"scope":"partner","period":"all","amount":1}"""));
        }

        var rules = With(nameof(ProgramRules), "{}");
        rules["rewards"] = new JsonArray(reward);
        rules["groups"] = new JsonArray(With(nameof(ReferrerGroup), """{"name":"g"}"""));
        rules["attribution"] = With(nameof(AttributionRules), "{}");
        return rules;
    }
}
