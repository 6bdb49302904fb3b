namespace LinkTracker.Aggregator.Ledger;

/// <summary>A row of <c>postings</c>: an amount that moved from the debited account to the credited one.</summary>
internal sealed class PostingRow
{
    public long Position { get; set; }

    public string Kind { get; set; } = "";

    public long ProgramId { get; set; }

    public string OwnerKind { get; set; } = "";

    public long OwnerId { get; set; }

    public string Unit { get; set; } = "";

    /// <summary>More than 0.</summary>
    public long Amount { get; set; }

    public string Debit { get; set; } = "";

    public string Credit { get; set; } = "";

    public long? CommissionId { get; set; }

    public string Cause { get; set; } = "";

    public int? RuleVersion { get; set; }

    public long OccurredAt { get; set; }

    public long PostedAt { get; set; }

    public bool IsTest { get; set; }

    /// <summary>By how much it changes what is payable.</summary>
    public long Owed => By(Accounts.Payable);

    /// <summary>By how much it changes what was paid.</summary>
    public long Paid => By(Accounts.Paid);

    private long By(string account) => Credit == account ? Amount : Debit == account ? -Amount : 0;
}

/// <summary>The primary key of <c>balances</c>.</summary>
internal readonly record struct BalanceKey(long ProgramId, string OwnerKind, long OwnerId, string Account, string Unit)
{
    /// <summary>The account that a posting moves from or to. What rewards cost is the program's.</summary>
    public static BalanceKey Of(PostingRow posting, string account) => account == Accounts.Expense
        ? new BalanceKey(posting.ProgramId, Owner.Program, posting.ProgramId, account, posting.Unit)
        : new BalanceKey(posting.ProgramId, posting.OwnerKind, posting.OwnerId, account, posting.Unit);
}

/// <summary>Why an amount moved. Names are stored: add, never change.</summary>
internal static class PostingKinds
{
    public const string Accrue = "accrue";
    public const string Adjust = "adjust";
    public const string Reverse = "reverse";
    public const string Release = "release";
    public const string Hold = "hold";
    public const string Unhold = "unhold";
    public const string Manual = "manual";
    public const string Pay = "pay";
    public const string PayFailed = "pay_failed";
}
