namespace LinkTracker.Aggregator.Rewards;

/// <summary>Why a rule gives nothing. Sent: add, never change.</summary>
internal static class UnmetReasons
{
    /// <summary>The partner was stopped at that time.</summary>
    public const string Stopped = "stopped";

    /// <summary>The rules have nothing for the partner's group.</summary>
    public const string NoRules = "no_rules";

    /// <summary>The rule is for leads and this is a sale, or the other way round.</summary>
    public const string OtherEvent = "other_event";

    /// <summary>The partner was rewarded for an earlier lead of the customer.</summary>
    public const string LeadRewarded = "lead_rewarded";

    /// <summary>Not one of each so many sales.</summary>
    public const string NotNth = "not_nth";

    /// <summary>The rule is for the customer's first sale.</summary>
    public const string NotFirstSale = "not_first_sale";

    /// <summary>The months in which sales are rewarded were over.</summary>
    public const string MonthsOver = "months_over";

    /// <summary>It cannot be divided, and is given by the rules of the partner with the largest credit.</summary>
    public const string OtherReferrer = "other_referrer";

    /// <summary>None of the rule's products was bought.</summary>
    public const string OtherProducts = "other_products";

    /// <summary>No rate is known that the sale could be converted by.</summary>
    public const string NoRate = "no_rate";

    /// <summary>The basis does not reach the rule's minimum.</summary>
    public const string BelowMinimum = "below_minimum";

    /// <summary>A person made a commission for the invoice, or for a lead of the customer.</summary>
    public const string MadeByHand = "made_by_hand";

    // The conditions in the order in which they are looked at.
    private static readonly string[] Order =
        [Stopped, NoRules, OtherEvent, LeadRewarded, NotNth, NotFirstSale, MonthsOver, OtherReferrer, OtherProducts, BelowMinimum, NoRate, MadeByHand];

    /// <summary>How near to giving something a rule was that gave nothing for this reason: the higher, the nearer.</summary>
    public static int Nearness(string reason) => Array.IndexOf(Order, reason);
}
