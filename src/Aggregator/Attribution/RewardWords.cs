using System.Globalization;
using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Attribution;

/// <summary>Sentences of explanations about what is given and what is not.</summary>
internal static class RewardWords
{
    /// <summary>Such as <c>2.10 EUR credit</c>, <c>15 % off</c> or what the shop calls it.</summary>
    public static string Of(ExplainedCommission commission) => Units.CurrencyOf(commission.Unit) switch
    {
        { } currency => InWords.Money(commission.Earnings, currency) + (Units.IsMoney(commission.Unit) ? "" : " credit"),
        _ when commission.Label is { } label => label,
        _ => string.Create(CultureInfo.InvariantCulture, $"{commission.BasisPoints / 100m:0.##} % off"),
    };

    /// <summary>Why somebody got nothing by a rule.</summary>
    /// <param name="who">The partner's name.</param>
    /// <param name="currency">Of the program.</param>
    public static string Why(Unmet unmet, string who, string currency) => unmet.Reason switch
    {
        UnmetReasons.Stopped => $"{who} was stopped then, and gets no rewards for that time.",
        UnmetReasons.NoRules => $"The rules have no reward for {who}.",
        UnmetReasons.OtherEvent => $"{Subject(unmet)} is for each {unmet.Rule!.Event}, and this is none.",
        UnmetReasons.LeadRewarded => $"{Subject(unmet)} is given to {who} for the customer's first lead, and this is a later one.",
        UnmetReasons.NotNth => string.Create(CultureInfo.InvariantCulture, $"{Subject(unmet)} is for one in {unmet.Rule!.EveryNth} sales of the customer, and this is one between."),
        UnmetReasons.NotFirstSale => $"{Subject(unmet)} is for the customer's first sale, and this is a later one.",
        UnmetReasons.MonthsOver => string.Create(CultureInfo.InvariantCulture, $"{Subject(unmet)} ended {unmet.Rule!.MaxMonths} months after the customer's first sale."),
        UnmetReasons.OtherReferrer => $"{Subject(unmet)} is given once, by the rules of the referrer with the largest credit, which is not {who}.",
        UnmetReasons.OtherProducts => $"{Subject(unmet)} is for products that are in no line of this sale.",
        UnmetReasons.NoRate => $"{Subject(unmet)} waits for an exchange rate between {unmet.Conversion.Currency!.ToUpperInvariant()} and {currency.ToUpperInvariant()} of that day.",
        UnmetReasons.BelowMinimum => $"{Subject(unmet)} needs {InWords.Money(unmet.Rule!.MinimumAmount, currency)} at least, and there is less to compute it from.",
        UnmetReasons.MadeByHand => $"{Subject(unmet)} is left out, because a person made a commission of {who} for this {(unmet.Conversion.Kind == FactKind.Lead ? "lead" : "invoice")}.",
        _ => throw new ArgumentException($"{unmet.Reason} has no sentence.", nameof(unmet)),
    };

    private static string Subject(Unmet unmet) => $"The reward {unmet.Rule!.Id}";
}
