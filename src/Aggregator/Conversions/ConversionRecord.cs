using System.Text.Json;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Money;
using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>A conversion with its evidence, and with what was derived for it. Knows what of that is to be written.</summary>
internal sealed class ConversionRecord(ConversionRow row, IReadOnlyList<TouchRow> evidence, IReadOnlyList<CreditRow> credits, bool isNew)
{
    private readonly Fact _fact = FactOf(row, evidence);
    private readonly (long Version, IReadOnlyList<CreditRow> Credits) _told = (row.CreditVersion, credits);

    public ConversionRow Row { get; } = row;

    /// <summary>What came with it, and who had named its customer by then.</summary>
    public IReadOnlyList<TouchRow> Evidence { get; } = evidence;

    /// <summary>Referrers who had named its customer when it happened.</summary>
    public IEnumerable<Touch> Contacts => Evidence.Where(touch => touch.IsContact).Select(touch => touch.ToTouch());

    /// <summary>As they stand in the database; none of a new one.</summary>
    public IReadOnlyList<CreditRow> CreditsBefore { get; } = credits;

    public IReadOnlyList<CreditRow> Credits { get; private set; } = credits;

    /// <summary>Refunds and chargebacks, in no order.</summary>
    public List<AdjustmentRecord> Adjustments { get; } = [];

    public bool IsNew { get; } = isNew;

    /// <summary>Whether derived columns of the row are to be written.</summary>
    public bool IsChanged { get; private set; }

    public bool HasOtherCredits { get; private set; }

    /// <summary>Whether somebody else is credited than was told, or it is otherwise divided; what went back moves no credit.</summary>
    public bool HasMovedCredit => !IsNew && !Credits.Select(Told).SequenceEqual(_told.Credits.Select(Told));

    /// <summary>Whether what was copied from its click is another click's.</summary>
    public bool HasOtherClick { get; private set; }

    /// <summary>Whether it sheds light on others of its customer: by evidence that is new, as a lead, by being nobody's, or by other credits.</summary>
    public bool SaysOtherwise => IsNew ? Evidence.Count > 0 || Credits.Count == 0 || _fact.Kind is FactKind.Lead or FactKind.Deferred : HasOtherCredits;

    public Fact ToFact() => _fact;

    /// <summary>Gives credit as decided, takes from it what went back, and converts the amount.</summary>
    public void Derive(Decision decision, Func<ConversionRow, Exchanged?> exchange)
    {
        var (before, click) = (Derived, Row.ClickToken);

        // :: 1
        var amounts = Apportionment.Split(decision.Credits.Count == 0 ? 0 : Row.Amount ?? 0, [.. decision.Credits.Select(credit => credit.Weight)]);

        // :: 2
        var refunded = new long[amounts.Length];
        Row.Refunded = 0;
        foreach (var (adjustment, applied, parts) in RefundsOf(amounts))
        {
            adjustment.Apply(Row.Id, applied);
            Row.Refunded += applied;
            for (var i = 0; i < parts.Count; i++)
            {
                refunded[i] += parts[i];
            }
        }

        // :: 3
        Set(decision);
        SetCredits([.. decision.Credits.Select((credit, i) => CreditOf(credit, i, amounts[i], refunded[i]))]);
        Set(exchange(Row));
        IsChanged |= before != Derived;
        HasOtherClick |= !IsNew && click != Row.ClickToken;
    }

    public CreditedConversion ToCredited() => new()
    {
        Id = Row.Id,
        Kind = _fact.Kind,
        Key = _fact.Key,
        OccurredAtMs = Row.OccurredAt,
        Quantity = Row.Quantity,
        Amount = Row.Amount ?? 0,
        Tax = Row.Tax,
        Shipping = Row.Shipping,
        Refunded = Row.Refunded,
        Currency = Row.Currency,
        LineItems = LineItem.Parse(Row.LineItems) ?? [],
        Returns = Adjustments.Exists(adjustment => adjustment.Row.SaysParts)
            ? [.. Adjustments.OrderBy(adjustment => adjustment.Row.OccurredAt).ThenBy(adjustment => adjustment.Row.BusinessKey, StringComparer.Ordinal).Select(adjustment => adjustment.Row.ToReturn())]
            : [],
        ProgramId = Row.ProgramId,
        Credits =
        [
            .. Credits.OrderByDescending(credit => credit.Weight).ThenBy(credit => credit.Position).Select(credit => new CreditPart(
                credit.LinkId, credit.PartnerId, Names.MethodOf(credit.Method), credit.ClickToken, credit.Weight, credit.Amount, credit.Refunded, credit.Position)),
        ],
    };

    private (long?, long?, string?, long?, string?, string, long?, int?, long, (string?, string?, string?, long?, long)) Derived => (
        Row.LinkId, Row.PartnerId, Row.ClickToken, Row.ClickedAt, Row.Method, Row.Decision, Row.ProgramId, Row.RuleVersion, Row.Refunded,
        (Row.RateFrom, Row.Rate, Row.RateSource, Row.Converted, Row.CreditVersion));

    // Money of another currency, or more than the sale was, cannot be of this sale. Told after it, it would have been refused.
    private IEnumerable<(AdjustmentRecord Adjustment, long Applied, IReadOnlyList<long> Parts)> RefundsOf(long[] amounts)
    {
        if (Adjustments.Count == 0)
        {
            return [];
        }

        var byKey = Adjustments.ToDictionary(adjustment => adjustment.Row.BusinessKey);
        var foreign = Adjustments.Where(adjustment => (adjustment.Row.Currency is { } currency && currency != Row.Currency) || adjustment.Row.Amount > Row.Amount).ToList();
        foreach (var adjustment in foreign)
        {
            byKey.Remove(adjustment.Row.BusinessKey);
        }

        return RefundSplit
            .Of(Row.Amount ?? 0, amounts, [.. byKey.Values.Select(adjustment => new Refund(adjustment.Row.BusinessKey, adjustment.Row.OccurredAt, adjustment.Row.Amount))])
            .Select(refund => (byKey[refund.Refund.Key], refund.Applied, refund.Parts))
            .Concat(foreign.Select(adjustment => (adjustment, 0L, (IReadOnlyList<long>)[])));
    }

    // Of equal credits the oldest speaks for the conversion.
    private void Set(Decision decision)
    {
        var largest = decision.Credits.MaxBy(credit => credit.Weight)?.Touch;
        (Row.LinkId, Row.PartnerId, Row.ClickToken) = (largest?.LinkId, largest?.PartnerId, largest?.ClickToken);
        Row.ClickedAt = largest?.ClickToken is null ? null : largest.AtMs;
        Row.Method = largest is null ? null : Names.Of(largest.Method);
        (Row.ProgramId, Row.RuleVersion) = (decision.ProgramId, decision.RuleVersion);
        Row.Decision = JsonSerializer.Serialize(decision, ApiJson.Options);
    }

    private void Set(Exchanged? exchanged) =>
        (Row.Converted, Row.Rate, Row.RateFrom, Row.RateSource) = (exchanged?.Amount, exchanged?.By?.Rate, exchanged?.By?.ValidOn, exchanged?.By?.Source);

    private void SetCredits(IReadOnlyList<CreditRow> credits)
    {
        HasOtherCredits |= !credits.SequenceEqual(Credits);
        Credits = credits;
        Row.CreditVersion = _told.Version + (HasMovedCredit ? 1 : 0);
    }

    private static CreditRow Told(CreditRow credit) => credit with { Refunded = 0 };

    private CreditRow CreditOf(Credit credit, int position, long amount, long refunded) => new()
    {
        ConversionId = Row.Id,
        Position = position,
        CustomerId = Row.CustomerId,
        LinkId = credit.Touch.LinkId!.Value,
        PartnerId = credit.Touch.PartnerId,
        Method = Names.Of(credit.Touch.Method),
        ClickToken = credit.Touch.ClickToken,
        Weight = credit.Weight,
        Amount = amount,
        Refunded = refunded,
    };

    private static Fact FactOf(ConversionRow row, IReadOnlyList<TouchRow> evidence) => new()
    {
        Id = row.Id,
        Kind = Names.KindOf(row.Kind),
        Key = row.Key,
        OccurredAtMs = row.OccurredAt,
        EventName = row.EventName,
        LeadEventName = row.LeadEventName,
        ProgramId = row.NamedProgramId,
        CheckoutStartedAtMs = row.CheckoutStartedAt,
        Evidence = [.. evidence.Where(touch => !touch.IsContact).Select(touch => touch.ToTouch())],
    };
}
