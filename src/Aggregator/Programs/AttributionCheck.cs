using LinkTracker.Aggregator.Api;

namespace LinkTracker.Aggregator.Programs;

/// <summary>Whether the rules of attribution make sense.</summary>
internal static class AttributionCheck
{
    public const int MaxLeadDays = 3_650;
    public const int MaxTouches = 100;

    public static readonly string[] Models = ["last", "first", "linear", "position", "time_decay"];

    private static readonly string[] Kinds = ["code", "click", "lead", "contact"];

    /// <exception cref="ApiError">422 naming the field by its path.</exception>
    public static void Check(AttributionRules rules, string field)
    {
        Fields.OneOf(rules.Model, field + ".model", Models);
        Fields.Between(rules.FirstPercent, field + ".firstPercent", 0, 100);
        Fields.Between(rules.LastPercent, field + ".lastPercent", 0, 100);
        if (rules.FirstPercent + rules.LastPercent > 100)
        {
            throw ApiError.Unprocessable($"{field}.lastPercent: with firstPercent it must not be more than 100, this is {rules.FirstPercent + rules.LastPercent}.");
        }

        Fields.Between(rules.HalfLifeDays, field + ".halfLifeDays", 1, RulesCheck.MaxDays);
        CheckPrecedence(rules.Precedence, field + ".precedence");
        Fields.Between(rules.ClickDays ?? 1, field + ".clickDays", 1, RulesCheck.MaxDays);
        Fields.Between(rules.LeadDays ?? 1, field + ".leadDays", 1, MaxLeadDays);
        Fields.Between(rules.ContactDays, field + ".contactDays", 1, RulesCheck.MaxDays);
        Fields.Between(rules.PendingDays, field + ".pendingDays", 0, RulesCheck.MaxDays);
        Fields.Between(rules.MaxTouches, field + ".maxTouches", 1, MaxTouches);
    }

    private static void CheckPrecedence(IReadOnlyList<string> kinds, string field)
    {
        if (kinds.Count == 0)
        {
            throw ApiError.Unprocessable($"{field}: needs at least one of {string.Join(", ", Kinds)}, or nothing is ever credited.");
        }

        foreach (var (i, kind) in kinds.Index())
        {
            Fields.OneOf(kind ?? "", $"{field}[{i}]", Kinds);
            if (kinds.Take(i).Contains(kind))
            {
                throw ApiError.Unprocessable($"{field}[{i}]: {kind} stands there twice.");
            }
        }
    }
}
