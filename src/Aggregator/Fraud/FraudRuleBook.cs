using System.Globalization;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Fraud.Lists;
using LinkTracker.Aggregator.Fraud.Rules;
using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Fraud;

/// <summary>
/// Every rule there is. What is sure enough holds by default; what may well be honest flags. None rejects unless a program says so,
/// because what was held by mistake is released by one decision.
/// </summary>
internal static class FraudRuleBook
{
    /// <summary>The longest time that a rule counts in.</summary>
    public const int MaxMinutes = 1_440;

    public static IReadOnlyList<FraudRuleKind> All { get; } =
    [
        new("self_referral", "Referrer and customer have the same mailbox or the same id; or addresses of one domain where not everybody gets one, which does no more than flag.",
            FraudMode.Hold, 0, 0, SelfReferral.Judge),
        new("same_device", "The click came from a device of the referrer's own; or from one that {0} or more other customers of the referrer clicked with on that UTC day, if another rule fires, too, which does no more than flag.",
            FraudMode.Hold, 2, 1_000, SameDevice.Judge),
        new("same_address", "The address that the shop told is that of {0} or more other customers of the referrer on that UTC day, if another rule fires, too.",
            FraudMode.Flag, 2, 1_000, SameAddress.Judge),
        new("too_fast", "Fewer than {0} seconds from the click to the conversion.", FraudMode.Hold, 3, 86_400, TooFast.Judge),
        new("velocity", "More than {0} leads of the referrer within the rule's minutes; fires on all of them, and on what those customers buy.", FraudMode.Flag, 10, 1_000_000, Velocity.Judge) { Minutes = 30 },
        new("datacentre", "The address that the shop told belongs to a datacentre.", FraudMode.Flag, 0, 0, Datacentre.Judge) { List = FraudLists.Datacentres },
        new("coupon_site", "One of the clicks came from a page that collects codes.", FraudMode.Flag, 0, 0, CouponSite.Judge) { List = FraudLists.Coupons },
        new("code_leak", "Far more of the referrer's customers than of others' typed its code without ever having clicked on its link: {0} standard deviations and twice as many; fires on what was typed.",
            FraudMode.Shadow, 6, 1_000, CodeLeak.Judge),
        new("disposable_email", "The customer's address is a throw-away mailbox.", FraudMode.Hold, 0, 0, DisposableEmail.Judge) { List = FraudLists.Disposables },
        new("existing_customer", "The shop had the customer before the referrer came.", FraudMode.Shadow, 0, 0, ExistingCustomer.Judge),
        new("conversion_outlier", "The referrer's clicks become leads, or its customers buyers, far more often than others': {0} standard deviations and twice as often.",
            FraudMode.Flag, 6, 1_000, ConversionOutlier.Judge),
        new("refund_ring", "Far more of the referrer's sales are refunded than of others': {0} standard deviations and twice as many.", FraudMode.Flag, 6, 1_000, RefundRing.Judge),
    ];

    public static IReadOnlyDictionary<string, FraudRuleKind> ByCode { get; } = All.ToDictionary(kind => kind.Code);

    /// <summary>The rules that look at the referrer's figures rather than at the conversion.</summary>
    public static IReadOnlyList<string> OfFigures { get; } = ["code_leak", "conversion_outlier", "refund_ring"];

    /// <summary>All rules as this version has them, those that are off too.</summary>
    public static IReadOnlyList<RuleInForce> Of(ProgramVersion version) => [.. All.Select(kind =>
    {
        var rule = version.Rules.Fraud.GetValueOrDefault(kind.Code);
        return new RuleInForce(
            kind, rule is null ? kind.Mode : FraudModes.Parse(rule.Mode), rule?.Threshold ?? kind.Threshold, rule?.Minutes ?? kind.Minutes ?? 0, version.Number);
    })];

    /// <summary>What the rule is about, with its threshold.</summary>
    public static string Words(RuleInForce rule) => string.Format(CultureInfo.InvariantCulture, rule.Kind.About, rule.Threshold);

    /// <exception cref="ApiError">422 naming what is wrong.</exception>
    public static void Check(IReadOnlyDictionary<string, FraudRule> rules, string field)
    {
        foreach (var (code, rule) in rules)
        {
            var kind = ByCode.GetValueOrDefault(code) ?? throw ApiError.Unprocessable($"{field}: {code} is no rule; there are {string.Join(", ", ByCode.Keys)}.");
            Fields.OneOf(rule.Mode ?? "", $"{field}.{code}.mode", [.. FraudModes.Names]);
            if (rule.Threshold is { } threshold)
            {
                Fields.Between(threshold, $"{field}.{code}.threshold", Math.Min(1, kind.MaxThreshold), kind.MaxThreshold);
            }

            if (rule.Minutes is { } minutes)
            {
                Fields.Between(minutes, $"{field}.{code}.minutes", kind.Minutes is null ? 0 : 1, kind.Minutes is null ? 0 : MaxMinutes);
            }
        }
    }
}
