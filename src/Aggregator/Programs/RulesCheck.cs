using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Fraud;
using LinkTracker.Aggregator.Money;

namespace LinkTracker.Aggregator.Programs;

/// <summary>Whether rules make sense. Every refusal names the field by its path.</summary>
internal static class RulesCheck
{
    public const int MaxDays = 365;

    private const int MaxGroups = 50;

    public static readonly string[] Approvals = ["automatic", "manual"];

    /// <exception cref="ApiError">422.</exception>
    public static void Check(ProgramRules rules)
    {
        AttributionCheck.Check(rules.Attribution, "rules.attribution");
        ConditionCheck.Check(rules.Eligibility, "rules.eligibility");
        RewardCheck.Check(rules.Rewards, "rules.rewards");
        CheckGroups(rules.Groups, "rules.groups");
        RewardIds.Check(rules);
        Fields.Between(rules.HoldingDays, "rules.holdingDays", 0, MaxDays);
        Fields.OneOf(rules.Approval, "rules.approval", Approvals);
        Fields.Between(rules.MinimumPayout, "rules.minimumPayout", 0, Amounts.Max);
        FraudRuleBook.Check(rules.Fraud, "rules.fraud");
    }

    /// <summary>A text that is not empty and as it stands: nothing is cut off it.</summary>
    public static void Text(string? value, string field, int maxLength)
    {
        if (Fields.Required(value, field, maxLength) != value)
        {
            throw ApiError.Unprocessable($"{field}: must not begin or end with white space.");
        }
    }

    public static void AtMost<T>(IReadOnlyCollection<T> items, string field, int most) =>
        Fields.Between(items.Count, $"{field}: the number of items", 0, most);

    /// <summary>No two items share what they are told apart by.</summary>
    public static void Unique<T>(IEnumerable<T> keys, string field, string name)
    {
        var seen = new HashSet<T>();
        foreach (var (i, key) in keys.Index())
        {
            if (!seen.Add(key))
            {
                throw ApiError.Unprocessable($"{field}[{i}].{name}: another one has the same.");
            }
        }
    }

    private static void CheckGroups(IReadOnlyList<ReferrerGroup> groups, string field)
    {
        AtMost(groups, field, MaxGroups);
        foreach (var (i, group) in groups.Index())
        {
            Text(group.Name, $"{field}[{i}].name", 50);
            RewardCheck.Check(group.Rewards ?? [], $"{field}[{i}].rewards");
            Fields.Between(group.HoldingDays ?? 0, $"{field}[{i}].holdingDays", 0, MaxDays);
        }

        Unique(groups.Select(group => group.Name), field, "name");
    }
}
