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
            if (a != b && !(ignoreCase && Lower(a) == Lower(b)))
            {
                return false;
            }
        }

        return left.IsEmpty && right.IsEmpty;
    }

    private static byte TakeDecoded(ref ReadOnlySpan<byte> text)
    {
        if (text[0] == '%' && text.Length > 2 && HexValue(text[1]) is var high and >= 0 && HexValue(text[2]) is var low and >= 0)
        {
            text = text[3..];
            return (byte)((high << 4) | low);
        }

        var plain = text[0] == '+' ? (byte)' ' : text[0];
        text = text[1..];
        return plain;
    }

    private static int Lower(byte letter) => letter is >= (byte)'A' and <= (byte)'Z' ? letter | 0x20 : letter;

    private static int HexValue(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        _ => -1,
    };
}
