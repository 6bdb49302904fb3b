using System.Text.Json;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;
using Microsoft.AspNetCore.Mvc;

namespace LinkTracker.Aggregator.Imports;

/// <summary>Takes uploads of links of any size, and tells how far they are.</summary>
internal sealed class ImportsApi(ImportStore imports, ImportWorker worker, EntityId ids, TimeProvider clock)
{
    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<ImportsApi>(services);
        var group = routes.MapGroup("/links/import").WithTags("Imports");
        group.MapPost("", api.CreateAsync).WithName("importLinks")
            .WithMetadata(new DisableRequestSizeLimitAttribute())

            // An upload may take hours, and keeps no thread.
            .DisableRateLimiting()
            .TakesFile("text/csv", "application/x-ndjson")
            .Produces<ImportCreated>(StatusCodes.Status202Accepted);
        group.MapGet("/{id}", api.Get).WithName("getImport");
    }

    private async Task<IResult> CreateAsync(HttpContext context, CancellationToken cancellation)
    {
        var import = new ImportRow
        {
            Id = ids.Next(),
            Format = FormatOf(context.Request.ContentType),
            Status = "queued",
            CreatedAt = clock.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        var path = imports.PathOf(import);
        import.Bytes = await SpoolAsync(context.Request.Body, path, cancellation);
        await AddAsync(import, path, cancellation);
        return Results.Json(new ImportCreated(EntityId.Format(EntityId.Import, import.Id)), ApiJson.Options, statusCode: StatusCodes.Status202Accepted);
    }

    private async Task AddAsync(ImportRow import, string path, CancellationToken cancellation)
    {
        try
        {
            await imports.AddAsync(import, cancellation);
        }
        catch (Exception failure) when (failure is not StoreUnavailableException { MayBeStored: true })
        {
            File.Delete(path);
            throw;
        }
        finally
        {
            // Also when nobody can tell whether it is there.
            worker.Wake();
        }
    }

    private ImportResponse Get(string id)
    {
        // First the worker's own: its counts are newer, and the database has the last word once it is done.
        var import = EntityId.TryParse(EntityId.Import, id, out var number) && imports.Find(number) is { } row
            ? row
            : throw ApiError.NotFound($"There is no import {id}.");
        var isRunning = import.Status is "validating" or "importing" or "publishing";
        var newest = isRunning && worker.Current is { } current && current.Id == import.Id ? current : import;
        return new ImportResponse(
            id, import.Status, newest.RowCount, import.Status == "done" ? import.Imported : 0, JsonSerializer.Deserialize<ImportError[]>(import.Errors, ApiJson.Options)!, Fields.Time(import.CreatedAt));
    }

    private static string FormatOf(string? contentType) => contentType?.Split(';')[0].Trim().ToLowerInvariant() switch
    {
        "text/csv" => "csv",
        "application/x-ndjson" or "application/ndjson" or "application/jsonl" or "application/x-jsonlines" => "jsonl",
        _ => throw ApiError.UnsupportedMediaType("Send CSV as text/csv, or JSON Lines as application/x-ndjson."),
    };

    // Under another name until it is whole: a start removes what was cut off.
    private static async Task<long> SpoolAsync(Stream body, string path, CancellationToken cancellation)
    {
        var part = path + ".part";
        try
        {
            long length;
            await using (var file = new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous))
            {
                await body.CopyToAsync(file, cancellation);
                length = file.Length;
            }

            File.Move(part, path);
            return length;
        }
        catch
        {
            File.Delete(part);
            throw;
        }
    }
}

internal sealed record ImportCreated(string Id);

/// <param name="Status"><c>queued</c>, <c>validating</c>, <c>importing</c> (keys are reserved), <c>publishing</c> (links appear), <c>done</c> or <c>failed</c>.</param>
/// <param name="Rows">Rows read so far.</param>
/// <param name="Imported">0 until all of them are.</param>
/// <param name="Errors">The first hundred rows that are wrong.</param>
internal sealed record ImportResponse(string Id, string Status, long Rows, long Imported, IReadOnlyList<ImportError> Errors, string CreatedAt);
