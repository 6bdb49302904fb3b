using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>A row of <c>commissions</c>.</summary>
internal sealed record CommissionRow
{
    public long Id { get; set; }

    public long ProgramId { get; set; }

    public int RuleVersion { get; set; }

    /// <summary>Empty for one that a person made.</summary>
    public string RewardId { get; set; } = "";

    public string Side { get; set; } = Rewards.Due.Referrer;

    /// <summary>lead, sale or custom.</summary>
    public string Type { get; set; } = "";

    /// <summary>See <see cref="Units"/>.</summary>
    public string Unit { get; set; } = "";

    public long? PartnerId { get; set; }

    public long? CustomerId { get; set; }

    public long? ConversionId { get; set; }

    public long? LinkId { get; set; }

    public string OrderKey { get; set; } = "";

    public long Basis { get; set; }

    /// <summary>0: the facts do not give it any more.</summary>
    public int Quantity { get; set; } = 1;

    public string? Shares { get; set; }

    public long Due { get; set; }

    public long Granted { get; set; }

    public long Sold { get; set; }

    public long Refunded { get; set; }

    /// <summary>What refunds that said what went back left of what it is computed from, a <see cref="Fraction"/>; null: in proportion to the two above.</summary>
    public string? BasisLeft { get; set; }

    public long Earnings { get; set; }

    /// <summary>What of the earnings was given, or set off against what its owner was given too much; 0 for what payouts pay. More than the earnings when they fell since.</summary>
    public long Settled { get; set; }

    /// <summary>A name of <see cref="Accounts"/>.</summary>
    public string State { get; set; } = Accounts.Pending;

    public string? Outcome { get; set; }

    /// <summary>See <see cref="Ledger.Decided"/>.</summary>
    public string? Decided { get; set; }

    /// <summary>The commission of which a person said that, when the reward went from its conversion to this one's, see <see cref="CarriedDecisions"/>.</summary>
    public long? DecidedFrom { get; set; }

    public bool IsChecked { get; set; }

    public bool IsTest { get; set; }

    public long OccurredAt { get; set; }

    public long AvailableAt { get; set; }

    public long? ApprovedAt { get; set; }

    public long? PayoutId { get; set; }

    public string? Note { get; set; }

    /// <summary>Of a sale that a person told; so are the next two.</summary>
    public string? InvoiceId { get; set; }

    public string? EventName { get; set; }

    /// <summary>JSON.</summary>
    public string? Metadata { get; set; }

    public long Version { get; set; }

    public long CreatedAt { get; set; }

    public long UpdatedAt { get; set; }

    public bool IsGone => Quantity == 0;

    /// <summary>Whether it is given by itself: payouts pay neither friends nor what the shop gives.</summary>
    public bool IsGivenAlone => Side == Rewards.Due.Friend || !Units.IsMoney(Unit);

    /// <summary>What of the earnings is not settled; below 0 what is settled of it and not owed any more.</summary>
    public long Open => checked(Earnings - Settled);

    public Owner Owner => Side == Rewards.Due.Friend ? new Owner(Owner.Customer, CustomerId!.Value) : new Owner(Owner.Partner, PartnerId!.Value);

    /// <summary>The account that a change of the earnings is posted to: what was paid already is set off against what is paid next.</summary>
    public string Account => State == Accounts.Paid ? Accounts.Payable : State;

    /// <summary>What is owed by all that is known now, in the unit.</summary>
    public long Owed() => IsGone || DecidedOutcome is not null ? 0 : AfterRefunds(Ledger.Decided.GrantedBy(Decided, Granted, Basis));

    /// <summary>Why nothing is owed; null when something is.</summary>
    public string? OutcomeNow() => DecidedOutcome ?? (IsGone ? Outcomes.Canceled : IsRefunded ? Outcomes.Refunded : null);

    /// <summary>What was given is payable once more while it is worth more than that.</summary>
    public string StateNow() => this switch
    {
        { State: Accounts.Paid, IsGivenAlone: true, Open: > 0 } => Accounts.Payable,
        { State: Accounts.Payable, Settled: > 0, Open: <= 0 } => Accounts.Paid,
        _ => State,
    };

    private string? DecidedOutcome => Decided is null ? null : Ledger.Decided.OutcomeOf(Decided);

    private bool IsRefunded => Refunded > 0 && Sold > 0 && Left.IsZero;

    private Fraction Left => BasisLeft is { } left ? Fraction.Parse(left) : new Fraction(Math.Max(0, Sold - Refunded), Sold);

    // In proportion to what is left of its basis, rounded once. What cannot be divided goes back with the last of it.
    private long AfterRefunds(long granted) => this switch
    {
        { Refunded: 0 } or { Sold: 0 } => granted,
        _ when IsRefunded => 0,
        _ when Units.IsWhole(Unit) => granted,
        _ => Left.Of(granted),
    };
}
