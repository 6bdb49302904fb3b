namespace LinkTracker.Aggregator.Api;

/// <summary>A search text as the pattern of <c>LIKE … ESCAPE '!'</c>: in lower case, anywhere in the text, its own wildcards taken literally.</summary>
internal static class SearchPattern
{
    public static string? Of(string? search) => string.IsNullOrWhiteSpace(search)
        ? null
        : "%" + search.Trim().ToLowerInvariant()
            .Replace("!", "!!", StringComparison.Ordinal)
            .Replace("%", "!%", StringComparison.Ordinal)
            .Replace("_", "!_", StringComparison.Ordinal) + "%";
}
