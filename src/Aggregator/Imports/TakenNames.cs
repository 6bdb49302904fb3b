using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Imports;

/// <summary>Which of the keys and external ids that some rows ask for are others' already: live links', or reserved by another import.</summary>
internal sealed class TakenNames
{
    private readonly HashSet<(string Domain, string Key)> _keys = [];
    private readonly HashSet<(string Domain, string Folded)> _codes = [];
    private readonly HashSet<string> _externalIds;

    /// <param name="rows">Some hundred: each has its arguments in the statements.</param>
    public TakenNames(Session session, IReadOnlyCollection<LinkRow> rows)
    {
        foreach (var ofDomain in rows.Where(row => row.Key.Length > 0).GroupBy(row => row.Domain))
        {
            _keys.UnionWith(FindKeys(session, ofDomain.Key, [.. ofDomain]).Select(key => (ofDomain.Key, key)));
            _codes.UnionWith(TakenKeys.OfCodes(session, ofDomain.Key, [.. ofDomain.Select(row => row.KeyFolded)]).Select(form => (ofDomain.Key, form)));
        }

        string[] ids = [.. rows.Select(row => row.ExternalId).OfType<string>()];
        _externalIds = ids.Length == 0 ? [] : FindExternalIds(session, ids).ToHashSet();
    }

    /// <summary>Whether another has exactly this key, or an old key or a discount code that looks like it.</summary>
    public bool HasKeyOf(LinkRow row) => _keys.Contains((row.Domain, row.Key)) || _codes.Contains((row.Domain, row.KeyFolded));

    public bool HasExternalIdOf(LinkRow row) => _externalIds.Contains(row.ExternalId!);

    private static IReadOnlyList<string> FindKeys(Session session, string domain, IReadOnlyList<LinkRow> rows) => session.Query<string>(
        $"""
        SELECT key FROM link_places WHERE domain = @domain AND {session.In("key", "keys")} AND link_id IS NOT NULL
        UNION ALL SELECT key FROM staged_links WHERE domain = @domain AND {session.In("key_folded", "folded")} AND {session.In("key", "keys")}
        """,
        new { domain, keys = rows.Select(row => row.Key).ToArray(), folded = rows.Select(row => row.KeyFolded).ToArray() });

    private static IReadOnlyList<string> FindExternalIds(Session session, string[] ids) => session.Query<string>(
        $"""
        SELECT external_id FROM links WHERE {session.In("external_id", "ids")} AND deleted_at IS NULL
        UNION ALL SELECT external_id FROM staged_links WHERE {session.In("external_id", "ids")}
        """,
        new { ids });
}
