using System.Globalization;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>What a person gave a commission, as it is stored: an outcome, or <c>earnings:</c> and an amount. It stays when the facts change.</summary>
internal static class Decided
{
    /// <summary>The note of a commission that came into another currency, where an amount that a person decided says nothing.</summary>
    public const string Dropped = "the amount that a person gave it was in another currency, and is dropped";

    private const string Earnings = "earnings:";

    public static string OfEarnings(long earnings) => Earnings + earnings.ToString(CultureInfo.InvariantCulture);

    public static long? EarningsOf(string decided) =>
        decided.StartsWith(Earnings, StringComparison.Ordinal) ? long.Parse(decided.AsSpan(Earnings.Length), CultureInfo.InvariantCulture) : null;

    public static string? OutcomeOf(string decided) => Outcomes.IsOne(decided) ? decided : null;
}
