namespace LinkTracker.Edge.Redirects;

/// <summary>The parameters of a query, as slices of its bytes. Empty ones (<c>&amp;&amp;</c>) are left out.</summary>
internal ref struct QueryParameters
{
    private ReadOnlySpan<byte> _rest;

    /// <param name="query">Without the question mark.</param>
    public QueryParameters(ReadOnlySpan<byte> query)
    {
        _rest = query;
        Current = default;
    }

    /// <summary>Name and value as they stand there, such as <c>a=1</c>.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    public readonly QueryParameters GetEnumerator() => this;

    public bool MoveNext()
    {
        while (!_rest.IsEmpty)
        {
            var end = _rest.IndexOf((byte)'&');
            Current = end < 0 ? _rest : _rest[..end];
            _rest = end < 0 ? default : _rest[(end + 1)..];
            if (!Current.IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    public static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> parameter)
    {
        var end = parameter.IndexOf((byte)'=');
        return end < 0 ? parameter : parameter[..end];
    }

    public static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> parameter)
    {
        var end = parameter.IndexOf((byte)'=');
        return end < 0 ? default : parameter[(end + 1)..];
    }

    /// <summary>
    /// Whether a receiver would read both names as one. They are compared decoded, because <c>dub%5Fid</c> is
    /// <c>dub_id</c> to whoever gets it.
    /// </summary>
    /// <param name="ignoreCase">For names that some receivers compare without case, and that must not be forged.</param>
    public static bool SameName(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, bool ignoreCase)
    {
        while (!left.IsEmpty && !right.IsEmpty)
        {
            var (a, b) = (TakeDecoded(ref left), TakeDecoded(ref right));
            if (a != b && !(ignoreCase && char.ToLowerInvariant((char)a) == char.ToLowerInvariant((char)b)))
            {
                return false;
            }
        }

        return left.IsEmpty && right.IsEmpty;
    }

    private static byte TakeDecoded(ref ReadOnlySpan<byte> text)
    {
        if (text[0] == '%' && text.Length > 2 && char.IsAsciiHexDigit((char)text[1]) && char.IsAsciiHexDigit((char)text[2]))
        {
            var value = (byte)(Convert.FromHexString([(char)text[1], (char)text[2]])[0]);
            text = text[3..];
            return value;
        }

        var plain = text[0] == '+' ? (byte)' ' : text[0];
        text = text[1..];
        return plain;
    }
}
