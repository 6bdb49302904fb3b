using System.Text;
using System.Text.Json;
using LinkTracker.Aggregator.Tests.Api;

namespace LinkTracker.Aggregator.Tests.Imports;

internal static class ImportCalls
{
    // A moment after the import has ended.
    public static async Task UploadsAreGoneAsync(AggregatorServer server)
    {
        using var deadline = new CancellationTokenSource(Eventually.Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (Directory.EnumerateFiles(Path.Combine(server.Folder, "imports")).Any())
        {
            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }

    public static Task<(string Status, long Rows, long Imported, string Errors)> ImportAsync(AggregatorServer server, string mediaType, string upload, bool bom = false) =>
        ImportAsync(server, mediaType, [.. bom ? Encoding.UTF8.Preamble : [], .. Encoding.UTF8.GetBytes(upload)]);

    public static async Task<(string Status, long Rows, long Imported, string Errors)> ImportAsync(AggregatorServer server, string mediaType, byte[] upload) =>
        await EndOfAsync(server, await UploadAsync(server, mediaType, upload));

    public static Task<string> UploadAsync(AggregatorServer server, string upload) => UploadAsync(server, "text/csv", Encoding.UTF8.GetBytes(upload));

    /// <summary>The import's id.</summary>
    public static async Task<string> UploadAsync(AggregatorServer server, string mediaType, byte[] upload)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/links/import") { Content = new ByteArrayContent(upload) };
        request.Headers.Authorization = new("Bearer", AggregatorServer.Key);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        using var response = await server.Client.SendAsync(request);
        Assert.Equal(202, (int)response.StatusCode);
        return JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync()).GetProperty("id").GetString()!;
    }

    public static async Task<(string Status, long Rows, long Imported, string Errors)> EndOfAsync(AggregatorServer server, string id)
    {
        using var deadline = new CancellationTokenSource(Eventually.Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            var import = (await server.GetAsync("/links/import/" + id)).Ok();
            if (import.GetProperty("status").GetString() is "done" or "failed")
            {
                return (import.GetProperty("status").GetString()!, import.GetProperty("rows").GetInt64(), import.GetProperty("imported").GetInt64(), import.GetProperty("errors").GetRawText());
            }

            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }
}
