using System.Text.Json;
using System.Text.Json.Serialization;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Partners;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Imports;

/// <summary>
/// The links of an import between their check and their appearance. Nobody sees them and nobody can take their keys, so once all
/// are there nothing can stop them: they are published some at a time, and other writers get their turn in between.
/// </summary>
internal sealed class StagedLinks(Database database, ImportStore imports, LinkSignal signal, TimeProvider clock)
{
    /// <summary>Rows in one transaction: what another writer waits for at most.</summary>
    public const int RowsAtOnce = 500;

    private static readonly JsonSerializerOptions Json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static string ToJson(LinkRow row) => JsonSerializer.Serialize(row, Json);

    /// <summary>Reserves the keys of some rows, which must be free.</summary>
    public static void Add(Session session, ImportRow import, IEnumerable<LinkRow> rows) => session.ExecuteAll(
        "INSERT INTO staged_links (id, import_id, domain, key, key_folded, external_id, link) VALUES (@id, @import, @domain, @key, @folded, @external, @link)",
        ["id", "import", "domain", "key", "folded", "external", "link"],
        rows.Select(row => new object?[] { row.Id, import.Id, row.Domain, row.Key, row.KeyFolded, row.ExternalId, ToJson(row) }));

    /// <summary>Gives back every key that the import reserved.</summary>
    public async Task DiscardAsync(long import, CancellationToken cancellation)
    {
        while (await database.WriteAsync(session => Discard(session, import), cancellation) == RowsAtOnce)
        {
        }
    }

    /// <summary>
    /// Turns all of them into links, and with the last ones the import is done. May be called again after a failure, and by two
    /// Aggregators at once: each transaction takes the first rows that are left.
    /// </summary>
    public async Task PublishAsync(ImportRow import, CancellationToken cancellation)
    {
        while (await database.WriteAsync(session => Publish(session, import), cancellation) == RowsAtOnce)
        {
        }
    }

    private static int Discard(Session session, long import) => session.Execute(
        "DELETE FROM staged_links WHERE id IN (SELECT id FROM staged_links WHERE import_id = @import ORDER BY id LIMIT @RowsAtOnce)", new { import, RowsAtOnce });

    private int Publish(Session session, ImportRow import)
    {
        var rows = session.Query<string>("SELECT link FROM staged_links WHERE import_id = @Id ORDER BY id LIMIT @RowsAtOnce", new { import.Id, RowsAtOnce })
            .Select(text => JsonSerializer.Deserialize<LinkRow>(text, Json)!).ToList();
        if (rows.Count > 0)
        {
            DisableOfStopped(session, rows);
            Insert(session, rows);
            session.Execute("DELETE FROM staged_links WHERE import_id = @import AND id <= @Id", new { import = import.Id, rows[^1].Id });
            session.AfterCommit(signal.Raise);
        }

        if (rows.Count < RowsAtOnce)
        {
            import.Imported = import.RowCount;
            imports.Update(session, import, "done");
        }

        return rows.Count;
    }

    // Their partners may have been stopped since the rows were checked.
    private void DisableOfStopped(Session session, List<LinkRow> rows)
    {
        var partners = rows.Select(row => row.PartnerId).OfType<long>().Distinct().ToArray();
        var stopped = session.Query<(long Id, string Status)>(
            $"SELECT id, status FROM partners WHERE {session.In("id", "partners")} AND status <> @Approved", new { partners, PartnerStatus.Approved })
            .ToDictionary(partner => partner.Id, partner => partner.Status);
        foreach (var row in rows.Where(row => row.DisabledAt is null && row.PartnerId is { } partner && stopped.ContainsKey(partner)))
        {
            (row.DisabledAt, row.DisabledReason) = (clock.GetUtcNow().ToUnixTimeMilliseconds(), "partner_" + stopped[row.PartnerId!.Value]);
        }
    }

    private static void Insert(Session session, List<LinkRow> rows)
    {
        session.Add(LinkStore.LiveLinks, rows.Count);
        var version = session.Add(LinkStore.Version, rows.Count) - rows.Count;

        // The links first: their places refer to them.
        LinkStatement.Insert(session, rows);
        var taken = session.ExecuteAll(
            """
            INSERT INTO link_places (domain, key, link_id, version) VALUES (@domain, @key, @link, @version)
            ON CONFLICT (domain, key) DO UPDATE SET link_id = @link, version = @version WHERE link_places.link_id IS NULL
            """,
            ["domain", "key", "link", "version"],
            rows.Select(row => new object?[] { row.Domain, row.Key, row.Id, ++version }));
        if (taken != rows.Count)
        {
            throw new InvalidOperationException($"{rows.Count - taken} reserved keys between {rows[0].Key} and {rows[^1].Key} were taken.");
        }
    }
}
