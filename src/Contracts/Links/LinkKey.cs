namespace LinkTracker.Contracts.Links;

/// <summary>The rules of keys that people choose.</summary>
public static class LinkKey
{
    /// <summary>
    /// Whether the text may be a key. Letters and digits of any alphabet, <c>-</c>, <c>_</c>, <c>.</c>, <c>~</c>, and <c>/</c> between parts;
    /// 1 to 190 characters; not reserved. On false, <paramref name="error"/> says what to change.
    /// </summary>
    public static bool IsValid(string? key, out string error)
    {
        throw new NotSupportedException();
    }
}
