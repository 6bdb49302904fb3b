namespace LinkTracker.Aggregator.Fraud.Cases;

/// <summary>How far a case is. Names are stored and on the wire.</summary>
internal static class CaseStatus
{
    /// <summary>Nobody has decided yet. It stays so until somebody does, however long that takes.</summary>
    public const string Open = "open";

    /// <summary>It is fraud: nothing is owed.</summary>
    public const string Confirmed = "confirmed";

    /// <summary>It is honest: what the case held goes on.</summary>
    public const string Dismissed = "dismissed";
}
