namespace LinkTracker.Aggregator.Ledger;

/// <summary>The accounts that amounts move between. Names are stored: add, never change.</summary>
internal static class Accounts
{
    /// <summary>One for each program: what its rewards cost.</summary>
    public const string Expense = "expense";

    /// <summary>Waits for the end of its holding period.</summary>
    public const string Pending = "pending";

    /// <summary>Somebody looks into it.</summary>
    public const string Held = "held";

    /// <summary>Owed. Below 0 the owner was paid more than it is owed by now, and its next rewards are set off against that.</summary>
    public const string Payable = "payable";

    /// <summary>Paid or given.</summary>
    public const string Paid = "paid";
}

/// <summary>Why nothing is owed for a commission any more. Names are stored and on the wire.</summary>
internal static class Outcomes
{
    public const string Refunded = "refunded";
    public const string Canceled = "canceled";
    public const string Fraud = "fraud";
    public const string Duplicate = "duplicate";

    /// <summary>Whether the text is the name of an outcome.</summary>
    public static bool IsOne(string text) => text is Refunded or Canceled or Fraud or Duplicate;
}

/// <summary>Whose account it is.</summary>
internal readonly record struct Owner(string Kind, long Id)
{
    public const string Partner = "partner";

    /// <summary>A friend who was referred.</summary>
    public const string Customer = "customer";

    /// <summary>Of the expense.</summary>
    public const string Program = "program";
}
