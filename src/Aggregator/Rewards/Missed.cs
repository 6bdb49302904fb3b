namespace LinkTracker.Aggregator.Rewards;

/// <summary>Why a referrer gets no money for a conversion that it is credited for. Of several rules the one counts that was nearest to giving some.</summary>
internal enum Missed
{
    /// <summary>The referrer was stopped then.</summary>
    Stopped,

    /// <summary>No rule gives its group money for such a conversion.</summary>
    NoRule,

    /// <summary>An earlier lead of the customer has the reward.</summary>
    LaterLead,

    /// <summary>Only some of a customer's sales are rewarded.</summary>
    NotNth,

    /// <summary>Sales are rewarded for some time only, or the first alone.</summary>
    TimeOver,

    OtherProducts,

    BelowMinimum,

    /// <summary>It may be rewarded once a rate for its day is known.</summary>
    NoRate,

    /// <summary>Nothing is missed any more, and its reward is about to be derived.</summary>
    NotDerived,
}
