using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Links;

/// <summary>Which codes are somebody's. Two that people may take for each other never belong to two, whatever kinds they are of.</summary>
internal static class TakenKeys
{
    /// <summary>
    /// Whether a code with this normal form is taken: by a live link, as an old key of one, as a discount code, or by a link that an import is
    /// about to publish.
    /// </summary>
    /// <param name="except">The link whose own keys do not count; 0: none.</param>
    public static bool IsTaken(Session session, string domain, string folded, long except) => session.First<long?>(
        """
        SELECT id FROM links WHERE domain = @domain AND key_folded = @folded AND deleted_at IS NULL AND id <> @except
        UNION ALL SELECT link_id FROM link_aliases WHERE domain = @domain AND key_folded = @folded AND link_id <> @except
        UNION ALL SELECT id FROM discount_codes WHERE domain = @domain AND code_folded = @folded AND deleted_at IS NULL
        UNION ALL SELECT id FROM staged_links WHERE domain = @domain AND key_folded = @folded
        LIMIT 1
        """,
        new { domain, folded, except }) is not null;

    /// <summary>Those of the normal forms that old keys and discount codes have.</summary>
    public static IReadOnlyList<string> OfCodes(Session session, string domain, string[] forms) => session.Query<string>(
        $"""
        SELECT key_folded FROM link_aliases WHERE domain = @domain AND {session.In("key_folded", "forms")}
        UNION ALL SELECT code_folded FROM discount_codes WHERE domain = @domain AND {session.In("code_folded", "forms")} AND deleted_at IS NULL
        """,
        new { domain, forms });

    /// <summary>How many codes a guess may hit, for <see cref="Contracts.Links.ShortCode.LengthFor"/>.</summary>
    public static long CountLive(Session session) => session.Counter(LinkStore.LiveLinks) + session.Counter(LinkAliases.LiveCodes);
}
