using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Money;

namespace LinkTracker.Aggregator.Programs;

/// <summary>Whether rules of rewards make sense.</summary>
internal static class RewardCheck
{
    private const int MaxRules = 50;
    private const int MaxProducts = 1_000;
    private const int MaxSteps = 20;
    private const int MaxCaps = 10;

    public const int WholeInBasisPoints = 10_000;
    public const int MaxMonths = 1_200;
    public const int MaxNth = 1_000_000;

    public static readonly string[] Events = ["lead", "sale"];
    public static readonly string[] Sides = ["referrer", "friend"];
    public static readonly string[] Kinds = ["percentage", "flat", "credit", "discount", "access"];
    public static readonly string[] Bases = ["net", "gross"];
    public static readonly string[] Measures = ["count", "revenue"];
    public static readonly string[] Modes = ["marginal", "retroactive"];
    public static readonly string[] Scopes = ["partner", "program"];
    public static readonly string[] Periods = ["day", "week", "month", "quarter", "year", "all"];

    /// <exception cref="ApiError">422 naming the field by its path.</exception>
    public static void Check(IReadOnlyList<RewardRule> rules, string field)
    {
        RulesCheck.AtMost(rules, field, MaxRules);
        foreach (var (i, rule) in rules.Index())
        {
            Check(rule ?? throw ApiError.Unprocessable($"{field}[{i}]: must be an object."), $"{field}[{i}]");
        }

        RulesCheck.Unique(rules.Select(rule => rule.Id), field, "id");
    }

    private static void Check(RewardRule rule, string at)
    {
        RulesCheck.Text(rule.Id, at + ".id", 50);
        if (!rule.Id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_'))
        {
            throw ApiError.Unprocessable($"{at}.id: is made of lower-case letters, digits, '-' and '_', such as first-sale.");
        }

        Fields.OneOf(rule.Event, at + ".event", Events);
        Fields.OneOf(rule.Side, at + ".side", Sides);
        Fields.OneOf(rule.Kind, at + ".kind", Kinds);
        Fields.OneOf(rule.Basis, at + ".basis", Bases);
        CheckValue(rule, at);
        CheckSales(rule, at);
        if (rule.Tiers is { } tiers)
        {
            CheckTiers(tiers, rule.Kind, at + ".tiers");
        }

        CheckCaps(rule, at + ".caps");
    }

    // What is given must be something, unless the steps say what.
    private static void CheckValue(RewardRule rule, string at)
    {
        var least = rule.Tiers is null ? 1 : 0;
        Fields.Between(rule.BasisPoints, at + ".basisPoints", rule.Kind is "percentage" or "discount" ? least : 0, WholeInBasisPoints);
        Fields.Between(rule.Amount, at + ".amount", rule.Kind is "flat" or "credit" ? least : 0, Amounts.Max);
        if (rule.Kind == "access" || rule.Label is not null)
        {
            RulesCheck.Text(rule.Label, at + ".label", 200);
        }
    }

    // A lead has no amount, and is the customer's only one of its name.
    private static void CheckSales(RewardRule rule, string at)
    {
        Fields.Between(rule.MinimumAmount, at + ".minimumAmount", 0, Amounts.Max);
        Fields.Between(rule.MaxMonths ?? 0, at + ".maxMonths", 0, MaxMonths);
        Fields.Between(rule.EveryNth ?? 1, at + ".everyNth", 1, MaxNth);
        RulesCheck.AtMost(rule.Products ?? [], at + ".products", MaxProducts);
        foreach (var (i, product) in (rule.Products ?? []).Index())
        {
            RulesCheck.Text(product, $"{at}.products[{i}]", 255);
        }

        var ofSales = rule.Event == "sale" ? null
            : rule.Kind == "percentage" ? "kind"
            : rule.MinimumAmount > 0 ? "minimumAmount"
            : rule.MaxMonths is not null ? "maxMonths"
            : rule.EveryNth is not null ? "everyNth"
            : rule.Products is not null ? "products"
            : null;
        if (ofSales is not null)
        {
            throw ApiError.Unprocessable($"{at}.{ofSales}: is for sales; a lead has no amount.");
        }
    }

    private static void CheckTiers(RewardTiers tiers, string kind, string field)
    {
        if (kind is not ("percentage" or "flat" or "credit"))
        {
            throw ApiError.Unprocessable($"{field}: {kind} has no steps.");
        }

        Fields.OneOf(tiers.By, field + ".by", Measures);
        Fields.OneOf(tiers.Period, field + ".period", Periods);
        Fields.OneOf(tiers.Mode, field + ".mode", Modes);
        Fields.Between(tiers.Steps.Count, $"{field}.steps: the number of items", 1, MaxSteps);
        var last = 0L;
        foreach (var (i, step) in tiers.Steps.Index())
        {
            Fields.Between(step.From, $"{field}.steps[{i}].from", last + 1, Amounts.Max);
            Fields.Between(step.Value, $"{field}.steps[{i}].value", 0, kind == "percentage" ? WholeInBasisPoints : Amounts.Max);
            last = step.From;
        }
    }

    private static void CheckCaps(RewardRule rule, string field)
    {
        RulesCheck.AtMost(rule.Caps, field, MaxCaps);
        if (rule.Caps.Count > 0 && rule.Kind is ("discount" or "access"))
        {
            throw ApiError.Unprocessable($"{field}: {rule.Kind} has no amount that could be capped.");
        }

        foreach (var (i, cap) in rule.Caps.Index())
        {
            Fields.OneOf(cap.Scope, $"{field}[{i}].scope", Scopes);
            Fields.OneOf(cap.Period, $"{field}[{i}].period", Periods);
            Fields.Between(cap.Amount, $"{field}[{i}].amount", 0, Amounts.Max);
        }

        RulesCheck.Unique(rule.Caps.Select(cap => (cap.Scope, cap.Period)), field, "period");
    }
}
