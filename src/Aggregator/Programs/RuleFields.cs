using LinkTracker.Aggregator.Money;

namespace LinkTracker.Aggregator.Programs;

/// <summary>A field of rules, as the OpenAPI document and <c>docs/rewards.md</c> describe it.</summary>
/// <param name="Of">Whose it is.</param>
/// <param name="Name">As in JSON.</param>
/// <param name="Default">As in JSON; null: it is needed.</param>
internal sealed record RuleField(Type Of, string Name, string? Default, string About)
{
    /// <summary>All that the text may be; null when it is free, and for what is no text.</summary>
    public IReadOnlyList<string>? Choices { get; init; }

    /// <summary>The least and the most, both of which are allowed; null for what is no number.</summary>
    public (long Least, long Most)? Range { get; init; }
}

/// <summary>Every field of a program's rewards and attribution, in the order of the page, which a test compares with this table.</summary>
internal static class RuleFields
{
    public static IReadOnlyList<RuleField> All { get; } =
    [
        new(typeof(ProgramRules), "rewards", "[]", "What referrers and their friends get, unless the referrer's group has rewards of its own; at most 50."),
        new(typeof(ProgramRules), "groups", "[]", "Groups of referrers, at most 50."),
        new(typeof(ProgramRules), "holdingDays", "30", "Days that a reward waits for refunds, from when its conversion happened.") { Range = (0, RulesCheck.MaxDays) },
        new(typeof(ProgramRules), "approval", "automatic", "`manual`: a person approves each reward before it is payable.") { Choices = RulesCheck.Approvals },
        new(typeof(ProgramRules), "minimumPayout", "0", "Minor units: who is owed less waits for the next payout.") { Range = (0, Amounts.Max) },
        new(typeof(ReferrerGroup), "name", null, "At most 50 characters. `default` is the group of everybody who is in no other."),
        new(typeof(ReferrerGroup), "rewards", "null", "In place of the program's; null: the program's."),
        new(typeof(ReferrerGroup), "holdingDays", "null", "In place of the program's; null: the program's.") { Range = (0, RulesCheck.MaxDays) },
        new(typeof(RewardRule), "id", null, "Names the rule over all versions of the program: lower-case letters, digits, `-` and `_`, at most 50."),
        new(typeof(RewardRule), "event", "sale", "What it is for.") { Choices = RewardCheck.Events },
        new(typeof(RewardRule), "side", "referrer", "Who gets it; `friend` is the customer who was referred.") { Choices = RewardCheck.Sides },
        new(typeof(RewardRule), "kind", "percentage", "`percentage` (of sales only) and `flat` are money; `credit`, `discount` and `access` are given by the shop.") { Choices = RewardCheck.Kinds },
        new(typeof(RewardRule), "basisPoints", "0", "Hundredths of a percent: 1000 is 10 %. Of the basis for `percentage`; what is taken off for `discount`.") { Range = (0, RewardCheck.WholeInBasisPoints) },
        new(typeof(RewardRule), "amount", "0", "Minor units, for `flat` and `credit`. For a lead it is given for each of its `eventQuantity`.") { Range = (0, Amounts.Max) },
        new(typeof(RewardRule), "label", "null", "What a `discount` or an `access` is, in words, at most 200 characters; `access` needs it."),
        new(typeof(RewardRule), "basis", "net", "`net`: without tax and shipping; `gross`: all that was paid.") { Choices = RewardCheck.Bases },
        new(typeof(RewardRule), "products", "null", "Only these `productId` of the sale's `lineItems`, at most 1,000; null: the whole sale."),
        new(typeof(RewardRule), "minimumAmount", "0", "Minor units that the basis must reach.") { Range = (0, Amounts.Max) },
        new(typeof(RewardRule), "maxMonths", "null", "Months since the customer's first credited sale in which sales are rewarded; 0: the first sale only; null: for ever.") { Range = (0, RewardCheck.MaxMonths) },
        new(typeof(RewardRule), "everyNth", "null", "Only each so-many-th sale of the customer; null: each.") { Range = (1, RewardCheck.MaxNth) },
        new(typeof(RewardRule), "tiers", "null", "Higher rewards for those who bring more, for `percentage`, `flat` and `credit`."),
        new(typeof(RewardRule), "caps", "[]", "The most that is given, at most 10; not for `discount` and `access`."),
        new(typeof(RewardTiers), "by", "count", "Of rewarded conversions, or `revenue`: their basis in minor units.") { Choices = RewardCheck.Measures },
        new(typeof(RewardTiers), "period", "month", "In which is counted, in UTC; weeks begin on Mondays.") { Choices = RewardCheck.Periods },
        new(typeof(RewardTiers), "mode", "marginal", "`marginal`: a step is for what lies above it; `retroactive`: for everything in the period.") { Choices = RewardCheck.Modes },
        new(typeof(RewardTiers), "steps", null, "1 to 20, rising. Below the first the rule's own value holds."),
        new(typeof(RewardTier), "from", null, "Conversions or minor units from which on it counts.") { Range = (1, Amounts.Max) },
        new(typeof(RewardTier), "value", null, "Basis points of a percentage, at most 10,000; minor units of everything else.") { Range = (0, Amounts.Max) },
        new(typeof(RewardCap), "scope", null, "`partner`: for each referrer; `program`: for all together.") { Choices = RewardCheck.Scopes },
        new(typeof(RewardCap), "period", null, "In which is counted, in UTC; `all`: for ever.") { Choices = RewardCheck.Periods },
        new(typeof(RewardCap), "amount", null, "Minor units.") { Range = (0, Amounts.Max) },
        new(typeof(AttributionRules), "model", "last", "How credit is divided among touches.") { Choices = AttributionCheck.Models },
        new(typeof(AttributionRules), "firstPercent", "40", "Of `position`: percent for the first touch. Those between the first and the last share the rest.") { Range = (0, 100) },
        new(typeof(AttributionRules), "lastPercent", "40", "Of `position`: percent for the last touch; both together at most 100.") { Range = (0, 100) },
        new(typeof(AttributionRules), "halfLifeDays", "7", "Of `time_decay`: a touch this many days older weighs half.") { Range = (1, RulesCheck.MaxDays) },
        new(typeof(AttributionRules), "precedence", "[\"code\",\"click\",\"lead\",\"contact\"]", "Kinds of evidence, the strongest first. What is left out does not count."),
        new(typeof(AttributionRules), "clickDays", "null", "Days in which a click counts; null: `Aggregator__AttributionWindowDays` as it is then.") { Range = (1, RulesCheck.MaxDays) },
        new(typeof(AttributionRules), "leadDays", "null", "Days in which a credited lead binds its customer; null: for ever.") { Range = (1, AttributionCheck.MaxLeadDays) },
        new(typeof(AttributionRules), "contactDays", "30", "Days in which it counts that a partner named the customer.") { Range = (1, RulesCheck.MaxDays) },
        new(typeof(AttributionRules), "existingCustomers", "true", "Whether new evidence counts for a customer that was credited before; else it stays with its first."),
        new(typeof(AttributionRules), "newCustomersOnly", "false", "Whether customers that the shop had before they were referred are nobody's."),
        new(typeof(AttributionRules), "pendingDays", "90", "Days that a conversion without evidence waits for a lead that comes later.") { Range = (0, RulesCheck.MaxDays) },
        new(typeof(AttributionRules), "maxTouches", "50", "The most touches that share credit, the newest.") { Range = (1, AttributionCheck.MaxTouches) },
    ];

    /// <param name="name">As in JSON.</param>
    public static RuleField? Find(Type of, string name) => All.FirstOrDefault(field => field.Of == of && field.Name == name);
}
