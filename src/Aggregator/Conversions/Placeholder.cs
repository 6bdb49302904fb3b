using LinkTracker.Aggregator.Api;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>
/// What a template or a script sends when nothing was filled in. Taken for an id, it would make one customer, or one sale, of all that
/// share the mistake.
/// </summary>
internal static class Placeholder
{
    /// <exception cref="ApiError">422, naming the field.</exception>
    public static void Refuse(string? text, string field)
    {
        if (!string.IsNullOrEmpty(text) && Is(text))
        {
            throw ApiError.Unprocessable($"{field}: the placeholder {text} was not replaced by an id; check the template that should fill it in.");
        }
    }

    private static bool Is(string text) => text is "undefined" or "null" or "NaN" or "[object Object]"
        || (text[0], text[^1]) is ('{', '}') or ('[', ']') or ('%', '%') or ('<', '>')
        || text.StartsWith("${", StringComparison.Ordinal);
}
