using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Attribution;

/// <summary>Whether rules of attribution can be followed.</summary>
internal static class RulesCheck
{
    /// <param name="field">The object in which they were sent, for the message.</param>
    /// <exception cref="ApiError">422 that names the first field that cannot be.</exception>
    public static void Check(AttributionRules rules, string field)
    {
        Fields.OneOf(rules.Model ?? "", field + ".model", CreditModel.Last, CreditModel.First, CreditModel.Linear, CreditModel.Position, CreditModel.TimeDecay);
        Fields.Between(rules.FirstPercent, field + ".firstPercent", 0, 100);
        Fields.Between(rules.LastPercent, field + ".lastPercent", 0, 100 - rules.FirstPercent);
        Fields.Between(rules.HalfLifeDays, field + ".halfLifeDays", 1, 365);
        Fields.Between(rules.ClickDays ?? 1, field + ".clickDays", 1, 365);
        Fields.Between(rules.LeadDays ?? 1, field + ".leadDays", 1, 3_650);
        Fields.Between(rules.ContactDays, field + ".contactDays", 1, 365);
        Fields.Between(rules.PendingDays, field + ".pendingDays", 0, 365);
        Fields.Between(rules.MaxTouches, field + ".maxTouches", 1, 100);
        foreach (var kind in rules.Precedence ?? [])
        {
            Fields.OneOf(kind ?? "", field + ".precedence", [.. RuleBook.DefaultPrecedence]);
        }

        if (rules.Precedence is not { Count: > 0 } || rules.Precedence.Distinct().Count() != rules.Precedence.Count)
        {
            throw ApiError.Unprocessable($"{field}.precedence: must name at least one kind of evidence, and each once.");
        }
    }
}
