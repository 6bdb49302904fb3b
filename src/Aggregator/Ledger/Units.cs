using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>
/// What amounts are in: a currency (<c>eur</c>, minor units), credit at the shop (<c>credit:eur</c>, minor units), or pieces of a discount
/// or an access (<c>discount:rule</c>). What is for trying out has units of its own (<c>test:eur</c>), so that no sum can mix it with money.
/// </summary>
internal static class Units
{
    /// <summary>As <see cref="IsMoney"/>, of commissions <c>c</c>.</summary>
    public const string IsMoneySql = "(c.unit NOT LIKE '%:%' OR (c.unit LIKE 'test:%' AND c.unit NOT LIKE 'test:%:%'))";

    private const string Test = "test:";

    /// <summary>What the rule's rewards are in.</summary>
    /// <param name="currency">The program's, ISO 4217 in lower case.</param>
    public static string Of(RewardRule rule, string currency, bool isTest) => (isTest ? Test : "") + rule.Kind switch
    {
        "credit" => "credit:" + currency,
        "discount" or "access" => rule.Kind + ":" + rule.Id,
        _ => currency,
    };

    /// <summary>Money in the currency.</summary>
    public static string OfCurrency(string currency, bool isTest) => (isTest ? Test : "") + currency;

    /// <summary>Whether it is paid in money.</summary>
    public static bool IsMoney(string unit) => !WithoutTest(unit).Contains(':', StringComparison.Ordinal);

    /// <summary>Whether it is counted in pieces that cannot be divided.</summary>
    public static bool IsWhole(string unit) =>
        WithoutTest(unit) is var name && (name.StartsWith("discount:", StringComparison.Ordinal) || name.StartsWith("access:", StringComparison.Ordinal));

    /// <summary>Whether it is for trying out.</summary>
    public static bool IsTest(string unit) => unit.StartsWith(Test, StringComparison.Ordinal);

    /// <summary>The same unit of what is no test.</summary>
    public static string WithoutTest(string unit) => IsTest(unit) ? unit[Test.Length..] : unit;

    /// <summary>The currency of money and credit; null for what is counted in pieces.</summary>
    public static string? CurrencyOf(string unit) => WithoutTest(unit) is var name && name.StartsWith("credit:", StringComparison.Ordinal)
        ? name["credit:".Length..]
        : IsMoney(unit) ? name : null;
}
