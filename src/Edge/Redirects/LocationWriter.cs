using System.Buffers;
using LinkTracker.Contracts.Links;

namespace LinkTracker.Edge.Redirects;

/// <summary>
/// Writes the <c>Location</c> of a redirect: the target with the visitor's query merged in, and the token.
/// </summary>
/// <remarks>
/// Scheme, host, path and fragment are copied from the target byte for byte; whatever the visitor sent can only land between the
/// question mark and the fragment, and only as visible ASCII. So the result is as safe as the target was.
/// </remarks>
/// <param name="tokenParameter">Name of the parameter that carries the token: letters, digits, <c>_</c>, <c>-</c>.</param>
internal sealed class LocationWriter(byte[] tokenParameter)
{
    private static ReadOnlySpan<byte> Hex => "0123456789ABCDEF"u8;

    // Visible ASCII but for what a browser would encode in a query itself, and '#', which would end the query.
    private static readonly SearchValues<byte> Safe = SearchValues.Create(
        "!$%&'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz~"u8);

    /// <summary>The most bytes that <see cref="Write"/> can need.</summary>
    public int MaxLength(int targetLength, int queryLength, int tokenLength) =>
        targetLength + (3 * queryLength) + tokenParameter.Length + tokenLength + 3;

    /// <summary>Writes the location and returns its length.</summary>
    /// <param name="target">Checked when the link was made.</param>
    /// <param name="visitorQuery">Without the question mark; any bytes.</param>
    /// <param name="token">Empty when none is to be added.</param>
    public int Write(ReadOnlySpan<byte> target, ReadOnlySpan<byte> visitorQuery, QueryPolicy policy, ReadOnlySpan<byte> token, Span<byte> destination)
    {
        visitorQuery = policy == QueryPolicy.None ? default : visitorQuery;
        var output = new Output(destination);
        if (visitorQuery.IsEmpty && token.IsEmpty)
        {
            output.Append(target);
            return output.Length;
        }

        // :: 1  take the target apart
        var fragmentAt = target.IndexOf((byte)'#');
        var fragment = fragmentAt < 0 ? default : target[fragmentAt..];
        var front = fragmentAt < 0 ? target : target[..fragmentAt];
        var queryAt = front.IndexOf((byte)'?');
        var query = queryAt < 0 ? default : front[(queryAt + 1)..];

        // :: 2  everything in front of the query, as it is
        output.Append(queryAt < 0 ? front : front[..queryAt]);

        // :: 3  the target's own parameters, but those that the visitor or the token replaces
        foreach (var parameter in new QueryParameters(query))
        {
            var name = QueryParameters.NameOf(parameter);
            if (!IsToken(name, token) && !(policy == QueryPolicy.Override && Passes(visitorQuery, name)))
            {
                output.AppendParameter(parameter);
            }
        }

        // :: 4  the visitor's, but those that are for the Edge, the token's, and those that the target keeps
        AppendVisitor(visitorQuery, query, policy, token, ref output);

        // :: 5  the token, and the fragment
        if (!token.IsEmpty)
        {
            output.AppendParameter(tokenParameter);
            output.Append("="u8);
            output.Append(token);
        }

        output.Append(fragment);
        return output.Length;
    }

    private void AppendVisitor(
        ReadOnlySpan<byte> visitorQuery, ReadOnlySpan<byte> targetQuery, QueryPolicy policy, ReadOnlySpan<byte> token, ref Output output)
    {
        var left = VisitorQuery.MaxParameters;
        foreach (var parameter in new QueryParameters(visitorQuery))
        {
            if (left-- == 0)
            {
                return;
            }

            var name = QueryParameters.NameOf(parameter);
            if (!VisitorQuery.IsOurs(name) && !IsToken(name, token) && !(policy == QueryPolicy.Keep && Has(targetQuery, name, int.MaxValue)))
            {
                output.AppendSafeParameter(parameter);
            }
        }
    }

    /// <summary>Whether a token is added and the name is its own, in any spelling: a second one could be a forged one.</summary>
    private bool IsToken(ReadOnlySpan<byte> name, ReadOnlySpan<byte> token) =>
        !token.IsEmpty && QueryParameters.SameName(name, tokenParameter, ignoreCase: true);

    /// <summary>Whether the visitor's query holds a parameter of that name which travels on.</summary>
    private static bool Passes(ReadOnlySpan<byte> visitorQuery, ReadOnlySpan<byte> name) =>
        !VisitorQuery.IsOurs(name) && Has(visitorQuery, name, VisitorQuery.MaxParameters);

    private static bool Has(ReadOnlySpan<byte> query, ReadOnlySpan<byte> name, int left)
    {
        foreach (var parameter in new QueryParameters(query))
        {
            if (left-- == 0)
            {
                return false;
            }

            if (QueryParameters.SameName(QueryParameters.NameOf(parameter), name, ignoreCase: false))
            {
                return true;
            }
        }

        return false;
    }

    private ref struct Output(Span<byte> destination)
    {
        private readonly Span<byte> _destination = destination;
        private bool _hasQuery;

        public int Length { get; private set; }

        public void Append(scoped ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(_destination[Length..]);
            Length += bytes.Length;
        }

        public void AppendParameter(scoped ReadOnlySpan<byte> parameter)
        {
            AppendSeparator();
            Append(parameter);
        }

        public void AppendSafeParameter(scoped ReadOnlySpan<byte> parameter)
        {
            AppendSeparator();
            for (var rest = parameter; !rest.IsEmpty;)
            {
                var bad = rest.IndexOfAnyExcept(Safe);
                Append(bad < 0 ? rest : rest[..bad]);
                if (bad < 0)
                {
                    return;
                }

                Append([(byte)'%', Hex[rest[bad] >> 4], Hex[rest[bad] & 15]]);
                rest = rest[(bad + 1)..];
            }
        }

        private void AppendSeparator()
        {
            Append(_hasQuery ? "&"u8 : "?"u8);
            _hasQuery = true;
        }
    }
}
