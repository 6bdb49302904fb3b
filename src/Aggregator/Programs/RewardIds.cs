using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Programs;

/// <summary>
/// Whether each id stands for one kind of reward, in all groups and versions of a program: caps and tiers go by what was given under the id,
/// and money has no sum with credit, nor leads with sales, nor what referrers get with what friends do.
/// </summary>
internal static class RewardIds
{
    /// <exception cref="ApiError">422 naming the field by its path.</exception>
    public static void Check(ProgramRules rules)
    {
        var known = new Dictionary<string, (string, string, string)>();
        foreach (var (rule, at) in All(rules))
        {
            if (!known.TryAdd(rule.Id, NatureOf(rule)) && known[rule.Id] != NatureOf(rule))
            {
                throw Taken(rule, at, "of these rules");
            }
        }
    }

    /// <param name="rules">Those that are to hold.</param>
    /// <param name="changed">Those that were changed into them. What they have already may stay.</param>
    /// <param name="versions">All that the program ever had.</param>
    /// <exception cref="ApiError">422 naming the field by its path.</exception>
    public static void Check(ProgramRules rules, ProgramRules changed, IEnumerable<ProgramVersion> versions)
    {
        var kept = changed.AllRewards().Select(Named).ToHashSet();
        var before = versions.SelectMany(version => version.Rules.AllRewards().Select(rule => (version.Number, Rule: rule))).ToLookup(one => one.Rule.Id);
        foreach (var (rule, at) in All(rules).Where(one => !kept.Contains(Named(one.Rule))))
        {
            if (before[rule.Id].FirstOrDefault(one => NatureOf(one.Rule) != NatureOf(rule)) is { Rule: not null } other)
            {
                throw Taken(rule, at, $"of version {other.Number}");
            }
        }
    }

    private static IEnumerable<(RewardRule Rule, string At)> All(ProgramRules rules) => rules.Rewards.Select((rule, i) => (rule, $"rules.rewards[{i}]"))
        .Concat(rules.Groups.SelectMany((group, g) => (group.Rewards ?? []).Select((rule, i) => (rule, $"rules.groups[{g}].rewards[{i}]"))));

    private static (string Id, (string, string, string)) Named(RewardRule rule) => (rule.Id, NatureOf(rule));

    // Both kinds of money have one unit.
    private static (string Event, string Side, string Unit) NatureOf(RewardRule rule) => (rule.Event, rule.Side, rule.Kind is "percentage" or "flat" ? "money" : rule.Kind);

    private static ApiError Taken(RewardRule rule, string at, string where) => ApiError.Unprocessable(
        $"{at}.id: {rule.Id} names a reward {where} that is for another event or side, or gives something else; choose another id.");
}
