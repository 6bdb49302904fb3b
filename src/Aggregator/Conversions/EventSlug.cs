using System.Text;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>The form under which two event names are the same event: <c>Sign up</c>, <c>sign-up</c> and <c>SIGN UP!</c>.</summary>
internal static class EventSlug
{
    public static string Of(string eventName)
    {
        var slug = new StringBuilder(eventName.Length);
        foreach (var c in eventName.ToLowerInvariant())
        {
            // Everything between words is one hyphen; combining marks and surrogates are parts of letters.
            var isWord = char.IsLetterOrDigit(c) || char.IsSurrogate(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark;
            if (isWord)
            {
                slug.Append(c);
            }
            else if (slug.Length > 0 && slug[^1] != '-')
            {
                slug.Append('-');
            }
        }

        var text = slug.ToString().TrimEnd('-');

        // A name of signs only is its own event, not the same as every other.
        return text.Length > 0 ? text : eventName;
    }
}
