using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Links;

namespace LinkTracker.Aggregator.Imports;

/// <summary>One row of an upload.</summary>
/// <param name="Row">As people count: a CSV's header is row 1, the first line of JSON Lines is row 1.</param>
/// <param name="Link">What the row says; null when it cannot be read.</param>
/// <param name="Error">Why it cannot be read.</param>
internal readonly record struct ImportItem(long Row, Body<LinkRequest>? Link, string? Error)
{
    /// <summary>The longest row, in bytes or characters. A longer one ends the reading: what follows it cannot be told apart from it.</summary>
    public const int MaxLength = 1 << 20;

    public const string TooLong = "is longer than 1 MiB; is a line break or a closing quote missing?";
}

/// <summary>A row that is wrong.</summary>
internal sealed record ImportError(long Row, string Reason);
