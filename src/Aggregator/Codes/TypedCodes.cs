using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Links;

namespace LinkTracker.Aggregator.Codes;

/// <summary>
/// Which links codes mean that people typed. The first that fits decides: a key or old key as it stands, then a discount code in whatever
/// spelling, then the only link of which a key or old key has the same normal form.
/// </summary>
internal static class TypedCodes
{
    // As they rank.
    private const int Exact = 0;
    private const int Discount = 1;
    private const int Alike = 2;

    /// <summary>The ids of live links by code. A code that means none, or more than one, is left out.</summary>
    /// <remarks>The same look-ups are made for every code, known or not.</remarks>
    /// <param name="codes">Some hundred at most: each has its arguments in the statement.</param>
    public static IReadOnlyDictionary<string, long> Resolve(Session session, string domain, IReadOnlyCollection<string> codes) => Ask(session, domain, codes).Value;

    /// <summary>The same, with what else is asked.</summary>
    public static Lazy<IReadOnlyDictionary<string, long>> Ask(Session session, string domain, IReadOnlyCollection<string> codes)
    {
        var forms = codes.Distinct(StringComparer.Ordinal).ToDictionary(code => code, ShortCode.Normalise, StringComparer.Ordinal);
        var found = forms.Count == 0 ? new([]) : Find(session, domain, [.. forms.Keys], [.. forms.Values.Distinct(StringComparer.Ordinal)]);
        return new(() => Resolve(forms, found.Value));
    }

    private static Dictionary<string, long> Resolve(Dictionary<string, string> forms, IReadOnlyList<FoundCode> found)
    {
        var links = found.ToDictionary(row => (row.Rank, row.Code), row => row.FirstLink == row.LastLink ? row.FirstLink : (long?)null);
        var resolved = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (code, form) in forms)
        {
            if ((links.GetValueOrDefault((Exact, code)) ?? links.GetValueOrDefault((Discount, form)) ?? links.GetValueOrDefault((Alike, form))) is { } link)
            {
                resolved.Add(code, link);
            }
        }

        return resolved;
    }

    // Old keys without a place stand for themselves all the same.
    private static Lazy<IReadOnlyList<FoundCode>> Find(Session session, string domain, string[] codes, string[] forms) => session.Ask<FoundCode>(
        $"""
        SELECT rank, code, MIN(link_id) AS first_link, MAX(link_id) AS last_link
        FROM (SELECT {Exact} AS rank, key AS code, link_id FROM link_places WHERE domain = @domain AND {session.In("key", "codes")} AND link_id IS NOT NULL
              UNION ALL SELECT {Exact}, key, link_id FROM link_aliases WHERE domain = @domain AND {session.In("key", "codes")}
              UNION ALL SELECT {Discount}, code_folded, link_id FROM discount_codes WHERE domain = @domain AND {session.In("code_folded", "forms")} AND deleted_at IS NULL
              UNION ALL SELECT {Alike}, key_folded, id FROM links WHERE domain = @domain AND {session.In("key_folded", "forms")} AND deleted_at IS NULL
              UNION ALL SELECT {Alike}, key_folded, link_id FROM link_aliases WHERE domain = @domain AND {session.In("key_folded", "forms")}) AS found
        GROUP BY rank, code
        """,
        ("domain", domain), ("codes", codes), ("forms", forms));

    private sealed class FoundCode
    {
        public int Rank { get; set; }

        public string Code { get; set; } = "";

        public long FirstLink { get; set; }

        public long LastLink { get; set; }
    }
}
