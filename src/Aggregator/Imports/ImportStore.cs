using System.Text.Json;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Imports;

/// <summary>Imports and their uploads.</summary>
internal sealed class ImportStore(Database database, UploadFolder folder, TimeProvider clock)
{
    private const string IsOpen = "status NOT IN ('done', 'failed')";

    public string PathOf(ImportRow import) => Path.Combine(folder.Path, $"{EntityId.Format(EntityId.Import, import.Id)}.{import.Format}");

    /// <summary>Returns to the queue what a stop or a failure interrupted, and removes every upload of before the start that no import waits for.</summary>
    public async Task RecoverAsync(CancellationToken cancellation)
    {
        var waiting = await database.WriteAsync(
            session =>
            {
                session.Execute("UPDATE imports SET status = 'queued', updated_at = @Now WHERE folder = @Id AND status IN ('validating', 'importing')", new { Now, folder.Id });
                return session.Query<ImportRow>("SELECT * FROM imports WHERE folder = @Id AND status = 'queued'", new { folder.Id });
            },
            cancellation);
        folder.RemoveLeft(waiting.Select(PathOf));
    }

    public Task AddAsync(ImportRow import, CancellationToken cancellation)
    {
        import.Folder = folder.Id;
        return database.WriteAsync(
            session => session.Execute(
                """
                INSERT INTO imports (id, folder, format, status, bytes, row_count, imported, errors, created_at, updated_at)
                VALUES (@Id, @Folder, @Format, @Status, @Bytes, 0, 0, '[]', @CreatedAt, @CreatedAt)
                """,
                import),
            cancellation);
    }

    public ImportRow? Find(long id) => database.Read(session => session.First<ImportRow>("SELECT * FROM imports WHERE id = @id", new { id }));

    /// <summary>The one that is to be worked on here. Before all others one whose links are being published: they cannot be taken back.</summary>
    public ImportRow? Next() => database.Read(session => session.First<ImportRow>(
        """
        SELECT * FROM imports WHERE folder = @Id AND status IN ('queued', 'publishing')
        ORDER BY CASE status WHEN 'publishing' THEN 0 ELSE 1 END, id LIMIT 1
        """,
        new { folder.Id }));

    /// <exception cref="ImportTakenException">Another Aggregator has ended the import.</exception>
    public Task SetStatusAsync(ImportRow import, string status, CancellationToken cancellation) =>
        database.WriteAsync(session => Update(session, import, status), cancellation);

    /// <summary>Nothing of the upload was taken; these rows are why.</summary>
    /// <exception cref="ImportTakenException">Another Aggregator has ended the import.</exception>
    public Task FailAsync(ImportRow import, IReadOnlyList<ImportError> errors, CancellationToken cancellation)
    {
        import.Imported = 0;
        import.Errors = JsonSerializer.Serialize(errors, ApiJson.Options);
        return SetStatusAsync(import, "failed", cancellation);
    }

    /// <exception cref="ImportTakenException">Another Aggregator has ended the import.</exception>
    public int Update(Session session, ImportRow import, string status)
    {
        var rows = session.Execute(
            $"""
            UPDATE imports SET status = @status, row_count = @RowCount, imported = @Imported, errors = @Errors, updated_at = @Now
            WHERE id = @Id AND folder = @Folder AND {IsOpen}
            """,
            new { status, import.RowCount, import.Imported, import.Errors, import.Id, import.Folder, Now });
        return rows == 1 ? rows : throw new ImportTakenException();
    }

    /// <summary>For every transaction that reserves keys: one that comes late would reserve them for ever.</summary>
    /// <exception cref="ImportTakenException">Another Aggregator has ended the import.</exception>
    public static void CheckHeld(Session session, ImportRow import)
    {
        if (session.First<long?>("SELECT id FROM imports WHERE id = @Id AND folder = @Folder AND status = 'importing'", import) is null)
        {
            throw new ImportTakenException();
        }
    }

    /// <summary>Says that the imports of this folder are being worked on.</summary>
    public async Task BeatAsync(CancellationToken cancellation)
    {
        // Mostly there is none, and then nothing is written.
        if (database.Read(session => session.First<long?>($"SELECT id FROM imports WHERE folder = @Id AND {IsOpen} LIMIT 1", new { folder.Id })) is not null)
        {
            await database.WriteAsync(session => session.Execute($"UPDATE imports SET updated_at = @Now WHERE folder = @Id AND {IsOpen}", new { Now, folder.Id }), cancellation);
        }
    }

    /// <summary>What other Aggregators have begun, and said nothing about for so long.</summary>
    public IReadOnlyList<ImportRow> SilentFor(TimeSpan time) => database.Read(session => session.Query<ImportRow>(
        $"SELECT * FROM imports WHERE folder <> @Id AND updated_at < @limit AND {IsOpen} ORDER BY id", new { folder.Id, limit = Now - (long)time.TotalMilliseconds }));

    /// <summary>Makes the import one of this folder's. Its links are in the database: the upload is no longer needed.</summary>
    public Task TakeOverAsync(ImportRow import, CancellationToken cancellation) => database.WriteAsync(
        session => session.Execute("UPDATE imports SET folder = @mine, updated_at = @Now WHERE id = @Id AND status = 'publishing'", new { mine = folder.Id, Now, import.Id }), cancellation);

    /// <summary>Failed imports that still reserve keys.</summary>
    public IReadOnlyList<long> FailedWithKeys() => database.Read(session => session.Query<long>(
        "SELECT id FROM imports WHERE status = 'failed' AND EXISTS (SELECT 1 FROM staged_links WHERE import_id = imports.id)"));

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
