using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Customers;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>A customer with everything that was told of it, as one transaction sees and changes it.</summary>
internal sealed class CustomerRecord(CustomerRow row, bool isNew)
{
    /// <summary>What stands before the shop's id of a customer of test mode.</summary>
    public const string TestPrefix = "test:";

    /// <summary>The most conversions of one customer: each new one is derived with all of them.</summary>
    public const int MostConversions = 10_000;

    /// <summary>How the shop calls a customer that stands in the database so.</summary>
    public static string ShownId(bool isTest, string stored) => isTest ? stored[TestPrefix.Length..] : stored;

    public CustomerRow Row { get; } = row;

    public bool IsNew { get; } = isNew;

    /// <summary>Whether the row is to be written.</summary>
    public bool IsChanged { get; set; } = isNew;

    /// <summary>Whether something else of it changed than what shops tell.</summary>
    public bool IsTouched { get; set; }

    /// <summary>In no order.</summary>
    public List<ConversionRecord> Conversions { get; } = [];

    public bool IsFull => Conversions.Count >= MostConversions;

    /// <summary>As of <see cref="Rewards.CustomerAccount.IsOtherwise"/>, once everything is derived.</summary>
    public bool IsOtherwise => IsTouched || IsChanged || Conversions.Exists(conversion => conversion.SaysOtherwise);

    public CustomerHistory ToHistory() => new(
        Row.KnownSince,
        [.. Conversions.Select(conversion => conversion.ToFact())],
        [.. Conversions.SelectMany(conversion => conversion.Contacts).Distinct().Order(TouchOrder.Instance)]);

    /// <summary>What is known of it stays; what is not yet, the request fills in.</summary>
    public void Complete(TrackRequest request)
    {
        var before = (Row.Name, Row.Email, Row.Avatar);
        Row.Name ??= request.CustomerName;
        Row.Email ??= request.CustomerEmail;
        Row.Avatar ??= request.CustomerAvatar;
        IsChanged |= before != (Row.Name, Row.Email, Row.Avatar);
    }

    /// <summary>A lead or any evidence makes it known: until then its sales wait.</summary>
    public void Add(ConversionRecord conversion)
    {
        Conversions.Add(conversion);
        var isNamed = conversion.Evidence.Count > 0 || conversion.ToFact().Kind is FactKind.Lead or FactKind.Deferred;
        if (isNamed)
        {
            BecomeKnown();
        }
    }

    public void BecomeKnown()
    {
        IsChanged |= Row.IsPending;
        Row.IsPending = false;
    }
}
