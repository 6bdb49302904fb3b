using System.Text.Json;
using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Tests.Programs;

public class EligibilityTests
{
    [Theory]
    [InlineData("eq", "5", "5", true)]
    [InlineData("eq", "5", "5.0", true)]
    [InlineData("eq", "5", "\"5\"", false)]
    [InlineData("eq", "true", "true", true)]
    [InlineData("eq", "true", "false", false)]
    [InlineData("eq", "\"pro\"", "\"pro\"", true)]
    [InlineData("eq", "\"pro\"", "\"Pro\"", false)]
    [InlineData("ne", "5", "6", true)]
    [InlineData("ne", "5", "5", false)]
    [InlineData("ne", "5", "\"5\"", true)]
    [InlineData("gt", "90", "90", false)]
    [InlineData("gt", "90", "90.01", true)]
    [InlineData("gte", "90", "90", true)]
    [InlineData("lt", "6", "5", true)]
    [InlineData("lt", "6", "6", false)]
    [InlineData("lte", "6", "6", true)]
    [InlineData("lt", "6", "\"5\"", false)]
    [InlineData("lt", "6", "1e400", false)]
    [InlineData("gte", "\"2026-01-01\"", "\"2026-05-01\"", true)]
    [InlineData("in", "[\"a\",5]", "5", true)]
    [InlineData("in", "[\"a\",5]", "\"b\"", false)]
    [InlineData("exists", "null", "1", true)]
    [InlineData("exists", "true", "1", true)]
    [InlineData("exists", "false", "1", false)]
    [InlineData("eq", "5", "null", false)]
    public void A_condition_holds_or_not(string op, string wanted, string actual, bool holds)
    {
        Assert.Equal(holds, Failures(op, wanted, actual).Count == 0);
    }

    [Theory]
    [InlineData("eq", "5")]
    [InlineData("ne", "5")]
    [InlineData("lt", "5")]
    [InlineData("in", "[5]")]
    [InlineData("exists", "true")]
    public void What_is_not_known_fails_and_says_so(string op, string wanted)
    {
        Assert.StartsWith("a is not known; it must", Assert.Single(Failures(op, wanted, null)).Detail, StringComparison.Ordinal);
        Assert.Empty(Failures("exists", "false", null));
    }

    [Fact]
    public void Every_failed_criterion_is_told_in_words()
    {
        Condition[] conditions =
        [
            new("tenureDays", "gte", JsonSerializer.SerializeToElement(90)),
            new("plan", "in", JsonSerializer.SerializeToElement(new[] { "pro", "team" })),
            new("asks", "lt", JsonSerializer.SerializeToElement(6), "fatigue"),
            new("country", "eq", JsonSerializer.SerializeToElement("DE")),
        ];
        var attributes = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>("""{"tenureDays":12,"asks":6,"country":"DE"}""")!;
        Assert.Equal(
            [
                new FailedCriterion(0, "tenureDays", "tenureDays must be at least 90", "tenureDays is 12; it must be at least 90"),
                new FailedCriterion(1, "plan", "plan must be one of pro, team", "plan is not known; it must be one of pro, team"),
                new FailedCriterion(2, "asks", "fatigue", "asks is 6; it must be less than 6"),
            ],
            Eligibility.Failures(conditions, attributes));
    }

    private static IReadOnlyList<FailedCriterion> Failures(string op, string wanted, string? actual) => Eligibility.Failures(
        [new Condition("a", op, wanted == "null" ? null : JsonSerializer.Deserialize<JsonElement>(wanted))],
        actual is null ? new Dictionary<string, JsonElement>() : new Dictionary<string, JsonElement> { ["a"] = JsonSerializer.Deserialize<JsonElement>(actual) });
}
