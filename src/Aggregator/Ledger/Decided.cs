using System.Globalization;
using System.Numerics;
using LinkTracker.Aggregator.Money;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>
/// What a person gave a commission, as it is stored. It stays when the facts change: an outcome for good, an amount less its part of what is refunded.
/// <code>
///   canceled             an outcome
///   fraud:case_…         fraud that a case found, which takes it back when it is dismissed; without a case a person said so
///   earnings:70          what is owed before refunds
///   sale:5000            what the earnings are computed from, in proportion
///   sale:5000:fixed      the same of a reward that is the same for every amount
/// </code>
/// </summary>
internal static class Decided
{
    /// <summary>The note of a commission that came into another currency, where an amount that a person decided says nothing.</summary>
    public const string Dropped = "the amount that a person gave it was in another currency, and is dropped";

    private const string Earnings = "earnings:";

    private const string Sale = "sale:";
    private const string Fixed = ":fixed";

    private const string FraudOf = Outcomes.Fraud + ":";

    /// <param name="fraudCase">Its id on the wire.</param>
    public static string OfCase(string fraudCase) => FraudOf + fraudCase;

    /// <summary>Whether a case found it to be fraud.</summary>
    public static bool IsOfCase(string? decided) => decided?.StartsWith(FraudOf, StringComparison.Ordinal) == true;

    /// <param name="earnings">Minor units of the program's currency; below 0 what is taken back.</param>
    public static string OfEarnings(long earnings) => Earnings + earnings.ToString(CultureInfo.InvariantCulture);

    /// <summary>Minor units of the program's currency; null when it decides something else.</summary>
    public static long? EarningsOf(string decided) =>
        decided.StartsWith(Earnings, StringComparison.Ordinal) ? long.Parse(decided.AsSpan(Earnings.Length), CultureInfo.InvariantCulture) : null;

    /// <param name="amount">Minor units of the program's currency.</param>
    public static string OfSale(long amount, bool isProportional) => Sale + amount.ToString(CultureInfo.InvariantCulture) + (isProportional ? "" : Fixed);

    /// <summary>The amount of the sale instead of the told one, minor units of the program's currency; null when it decides something else.</summary>
    public static long? SaleOf(string decided) => decided.StartsWith(Sale, StringComparison.Ordinal)
        ? long.Parse(decided.AsSpan(Sale.Length, decided.Length - Sale.Length - (IsFixed(decided) ? Fixed.Length : 0)), CultureInfo.InvariantCulture)
        : null;

    /// <summary>What is owed by the decision before refunds, in the commission's unit, rounded half to even; the same as granted when it says nothing of that.</summary>
    /// <exception cref="OverflowException">It does not fit into 64 bits.</exception>
    public static long GrantedBy(string? decided, long granted, long basis) => decided switch
    {
        null => granted,
        _ when EarningsOf(decided) is { } earnings => earnings,
        _ when basis > 0 && SaleOf(decided) is { } sale && !IsFixed(decided) => (long)Rounding.HalfEven((BigInteger)granted * sale, basis),
        _ => granted,
    };

    private static bool IsFixed(string decided) => decided.EndsWith(Fixed, StringComparison.Ordinal);

    /// <summary>A name of <see cref="Outcomes"/>; null when something may be owed.</summary>
    public static string? OutcomeOf(string decided) => IsOfCase(decided) ? Outcomes.Fraud : Outcomes.IsOne(decided) ? decided : null;
}
