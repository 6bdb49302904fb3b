using System.Text.Json;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Imports;

/// <summary>A row of <c>imports</c>.</summary>
internal sealed class ImportRow
{
    public long Id { get; set; }

    public string Format { get; set; } = "";

    public string Status { get; set; } = "";

    public long Bytes { get; set; }

    public long RowCount { get; set; }

    public long Imported { get; set; }

    /// <summary>JSON.</summary>
    public string Errors { get; set; } = "[]";

    public long CreatedAt { get; set; }
}

/// <summary>Imports and their uploads, which lie in the data folder until they are done.</summary>
internal sealed class ImportStore(Database database, Settings settings, TimeProvider clock)
{
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(settings.Data, "imports")).FullName;

    // One that comes later is not left over, also while no import waits for it yet.
    private readonly string[] _uploadsAtStart = Directory.GetFiles(Path.Combine(settings.Data, "imports"));

    public string PathOf(ImportRow import) => Path.Combine(_folder, $"{EntityId.Format(EntityId.Import, import.Id)}.{import.Format}");

    /// <summary>Returns to the queue what a stop or a failure interrupted, and removes every upload of before the start that no import waits for.</summary>
    public async Task RecoverAsync(CancellationToken cancellation)
    {
        var waiting = await database.WriteAsync(
            session =>
            {
                session.Execute("UPDATE imports SET status = 'queued' WHERE status IN ('validating', 'importing')");
                return session.Query<ImportRow>("SELECT * FROM imports WHERE status = 'queued'");
            },
            cancellation);
        foreach (var left in _uploadsAtStart.Except(waiting.Select(PathOf)))
        {
            File.Delete(left);
        }
    }

    public Task AddAsync(ImportRow import, CancellationToken cancellation) => database.WriteAsync(
        session => session.Execute(
            """
            INSERT INTO imports (id, format, status, bytes, row_count, imported, errors, created_at, updated_at)
            VALUES (@Id, @Format, @Status, @Bytes, 0, 0, '[]', @CreatedAt, @CreatedAt)
            """,
            import),
        cancellation);

    public ImportRow? Find(long id) => database.Read(session => session.First<ImportRow>("SELECT * FROM imports WHERE id = @id", new { id }));

    /// <summary>The one that is to be worked on. Before all others one whose links are being published: they cannot be taken back.</summary>
    public ImportRow? Next() => database.Read(session => session.First<ImportRow>(
        "SELECT * FROM imports WHERE status IN ('queued', 'publishing') ORDER BY CASE status WHEN 'publishing' THEN 0 ELSE 1 END, id LIMIT 1"));

    public Task SetStatusAsync(ImportRow import, string status, CancellationToken cancellation) =>
        database.WriteAsync(session => Update(session, import, status), cancellation);

    /// <summary>Nothing of the upload was taken; these rows are why.</summary>
    public Task FailAsync(ImportRow import, IReadOnlyList<ImportError> errors, CancellationToken cancellation)
    {
        import.Imported = 0;
        import.Errors = JsonSerializer.Serialize(errors, ApiJson.Options);
        return SetStatusAsync(import, "failed", cancellation);
    }

    public int Update(Session session, ImportRow import, string status) => session.Execute(
        "UPDATE imports SET status = @status, row_count = @RowCount, imported = @Imported, errors = @Errors, updated_at = @now WHERE id = @Id",
        new { status, import.RowCount, import.Imported, import.Errors, import.Id, now = clock.GetUtcNow().ToUnixTimeMilliseconds() });
}
