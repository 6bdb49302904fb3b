using System.Globalization;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Money;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Attribution;

/// <summary>Sentences of explanations, in English.</summary>
internal static class InWords
{
    /// <summary>Such as <c>49.90 EUR</c>.</summary>
    public static string Money(long minor, string currency)
    {
        var exponent = Currencies.ExponentOf(currency);
        var text = (minor / (decimal)Math.Pow(10, exponent)).ToString("F" + exponent.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return $"{text} {currency.ToUpperInvariant()}";
    }

    /// <summary>Why a touch is not credited.</summary>
    public static string Why(string reason, ExplainedTouch touch, StoredConversion of, AttributionRules rules)
    {
        var what = Subject(touch);
        return reason switch
        {
            "unknown_code" => $"{what} is one that nobody has.",
            "link_not_live" => $"{what} is of a link that was disabled, expired or deleted when it was told.",
            Lost.OtherProgram => $"{what} belongs to another program than the one that decides.",
            Lost.AfterConversion => $"{what} came only after the conversion, at {touch.At}.",
            Lost.WindowOver => $"{what} was too old: it counts for {Window(touch.Method, rules)}, and the conversion was at {Fields.Time(of.OccurredAt)}.",
            Lost.Injected => $"{what} came at {touch.At}, when the customer was paying already: the checkout began at {Fields.Time(of.CheckoutStartedAt)}.",
            Lost.ExistingCustomer => $"{what} is of {touch.At}, when the shop had the customer already; the program is for new ones only.",
            Lost.NotInPrecedence => $"{what} is evidence of a kind that the program does not count.",
            Lost.Bound => $"{what} cannot change who the customer was credited to before.",
            Lost.Beaten => $"{what} has no part by the model, or stronger evidence decided.",
            Lost.TooMany => $"{what} is older than the {rules.MaxTouches} newest ones, and no more may share.",
            _ => $"{what} was refused when it was told: {reason}.",
        };
    }

    /// <summary>All of it in a few sentences.</summary>
    public static string Summary(ExplanationAnswer answer)
    {
        var amount = answer.Amount is { } minor && answer.Currency is { } currency ? $" of {Money(minor, currency)}" : "";
        List<string> sentences = [$"The {answer.Type} \"{answer.EventName}\"{amount} of {answer.OccurredAt} {Credited(answer)}."];
        if (answer.Rejected.Count > 0)
        {
            sentences.Add($"{Count(answer.Rejected.Count, "other touch was", "other touches were")} looked at and not credited: {string.Join(", ", answer.Rejected.Select(one => one.Reason).Distinct())}.");
        }

        if (answer.IsConflict)
        {
            sentences.Add("Weaker evidence names somebody else.");
        }

        if (answer.Refunded > 0)
        {
            sentences.Add($"Of it, {Money(answer.Refunded, answer.Currency!)} went back by {Count(answer.Adjustments.Count, "adjustment", "adjustments")}.");
        }

        sentences.Add(answer.Commissions.Count == 0 ? Nothing(answer) : $"It led to {Count(answer.Commissions.Count, "commission", "commissions")}: {string.Join(", ", answer.Commissions.Select(Commission))}.");
        return string.Join(' ', sentences);
    }

    private static string Credited(ExplanationAnswer answer)
    {
        if (answer.Credits is [])
        {
            return answer.Rejected.Count == 0 ? "is credited to nobody, because no evidence came with it or before it" : "is credited to nobody, because no evidence counts";
        }

        var by = $"by version {answer.RuleVersion.ToString(CultureInfo.InvariantCulture)} of the rules of {answer.Program!.Name}";
        return answer.Credits is [var all]
            ? $"is credited to {Who(all.Touch)} by {Evidence(all.Touch)}, {by}"
            : $"is shared {by}, model {answer.Model}: {string.Join(", ", answer.Credits.Select(one => $"{one.Percent.ToString("0.##", CultureInfo.InvariantCulture)} % for {Who(one.Touch)} by {Evidence(one.Touch)}"))}";
    }

    private static string Evidence(ExplainedTouch touch) => touch.Method switch
    {
        "code" => "a typed code",
        "click" => $"a click of {touch.At}",
        "contact" => "naming the customer before it came",
        _ => $"the credit that it inherits from {touch.InheritedFrom}",
    };

    private static string Who(ExplainedTouch touch) => touch.PartnerName ?? touch.ShortLink ?? touch.LinkId ?? "a link that is gone";

    private static string Subject(ExplainedTouch touch) => touch.Method switch
    {
        "code" when touch.LinkId is null => "The typed code",
        "code" => $"The typed code of {Who(touch)}",
        "click" => $"The click on the link of {Who(touch)}",
        "contact" => $"That {Who(touch)} named the customer",
        _ => $"The credit of {Who(touch)} for {touch.InheritedFrom}",
    };

    private static string Window(string method, AttributionRules rules) => method switch
    {
        "click" => Days(rules.ClickDays!.Value),
        "contact" => Days(rules.ContactDays),
        _ => Days(rules.LeadDays!.Value),
    };

    private static string Days(int days) => Count(days, "day", "days");

    private static string Commission(ExplainedCommission commission) => $"{RewardWords.Of(commission)} for the {commission.Side} ({commission.Outcome ?? commission.State})";

    // A rule that is for something else altogether explains nothing, unless all are.
    private static string Nothing(ExplanationAnswer answer)
    {
        var near = answer.NotRewarded.Where(one => one.Reason != UnmetReasons.OtherEvent).ToList();
        var why = (near.Count > 0 ? near : answer.NotRewarded).Select(one => one.Explanation).Distinct().ToList();
        return why.Count > 0 ? $"It led to no commission. {string.Join(' ', why)}"
            : answer.Credits.Count == 0 ? "It led to no commission, because nobody is credited."
            : answer.Type is "lead" or "sale" ? "It led to no commission, because the link is of no partner."
            : "It led to no commission, because only leads and sales are rewarded.";
    }

    private static string Count(int count, string one, string many) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many)}");
}
