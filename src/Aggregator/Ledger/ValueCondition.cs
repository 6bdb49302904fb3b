using Dapper;
using LinkTracker.Aggregator.Analytics;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>Conditions of lists in the contract's words: one value, several with commas, or with a leading hyphen all but those.</summary>
internal static class ValueCondition
{
    /// <param name="column">What is compared; it is never null.</param>
    /// <param name="name">Of the argument, which is added.</param>
    /// <param name="read">Brings a value that was sent into the form in which it is stored.</param>
    /// <returns>With a leading AND; empty when nothing is asked for.</returns>
    public static string Of<T>(Session session, DynamicParameters arguments, string column, string name, string? text, Func<string, T> read)
    {
        if (ValueFilter.Parse(text, StringComparer.Ordinal, sent => sent) is not { } filter)
        {
            return "";
        }

        arguments.Add(name, filter.Values.Select(read).ToArray());
        return $" AND {(filter.Excludes ? "NOT " : "")}({session.In(column, name)})";
    }
}
