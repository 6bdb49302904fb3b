using LinkTracker.Aggregator.Api;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>
/// What a template or a script sends when nothing was filled in. Taken for an id, it would make one customer, or one sale, of all that
/// share the mistake; taken for none, every repeat would be another sale.
/// </summary>
internal static class Placeholder
{
    // How languages write nothing: JavaScript, Python, Go and Ruby, C, and people in tables.
    private static readonly HashSet<string> Nothings = new(["undefined", "null", "(null)", "none", "nil", "<nil>", "nan", "n/a", "[object object]"], StringComparer.OrdinalIgnoreCase);

    /// <summary>An id that may be left out: null then, and never empty or a placeholder.</summary>
    /// <exception cref="ApiError">422, naming the field.</exception>
    public static string? Optional(string? id, string field, int maxLength)
    {
        var text = Fields.Text(id, field, maxLength);
        if (id is not null && text is null)
        {
            throw ApiError.Unprocessable($"{field}: is empty; leave it out when there is none.");
        }

        Refuse(text, field);
        return text;
    }

    /// <exception cref="ApiError">422, naming the field.</exception>
    public static void Refuse(string? text, string field)
    {
        if (!string.IsNullOrEmpty(text) && Is(text))
        {
            throw ApiError.Unprocessable($"{field}: the placeholder {text} was not replaced by an id; check the template that should fill it in.");
        }
    }

    private static bool Is(string text) => Nothings.Contains(text)
        || (text[0], text[^1]) is ('{', '}') or ('[', ']') or ('%', '%') or ('<', '>')
        || text.StartsWith("${", StringComparison.Ordinal);
}
