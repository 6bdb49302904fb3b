using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Rewards;

/// <summary>What the rules of a program say of rewards.</summary>
internal static class RewardRules
{
    /// <summary>The rewards of the program and of each group that has its own.</summary>
    public static IEnumerable<RewardRule> AllRewards(this ProgramRules rules) =>
        rules.Rewards.Concat(rules.Groups.SelectMany(group => group.Rewards ?? []));

    /// <summary>The group of that name; null for one without rules of its own.</summary>
    public static ReferrerGroup? Group(this ProgramRules rules, string name) => rules.Groups.FirstOrDefault(group => group.Name == name);

    /// <summary>What somebody in the group gets.</summary>
    public static IReadOnlyList<RewardRule> RewardsOf(this ProgramRules rules, ReferrerGroup? group) => group?.Rewards ?? rules.Rewards;

    /// <summary>The rule of this id that somebody in the group had then; a partner may have been put into another group since.</summary>
    public static RewardRule RuleOf(this ProgramSet programs, long program, int version, string? group, string rewardId)
    {
        var rules = programs.ById[program].Versions.First(one => one.Number == version).Rules;
        return rules.RewardsOf(rules.Group(group ?? Memberships.DefaultGroup)).FirstOrDefault(rule => rule.Id == rewardId) ?? rules.AllRewards().First(rule => rule.Id == rewardId);
    }

    /// <summary>The discount in hundredths of a percent; null for what is none.</summary>
    public static int? Discount(this RewardRule rule) => rule.Kind == "discount" ? rule.BasisPoints : null;
}
