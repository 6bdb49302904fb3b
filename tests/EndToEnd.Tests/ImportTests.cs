using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace LinkTracker.EndToEnd.Tests;

public sealed class ImportTests
{
    private const int Links = 1_000_000;

    [Fact]
    public async Task One_million_links_load_from_a_stream_and_redirect()
    {
        await using var product = await Product.StartAsync();
        using var body = new LinesContent(Links);

        var (status, queued) = await product.Client.SendAsync(HttpMethod.Post, "/links/import", body);
        Assert.Equal(HttpStatusCode.Accepted, status);
        var path = $"/links/import/{(string)queued!["id"]!}";
        await Eventually.HoldsAsync("the import is done", TimeSpan.FromMinutes(5), async () =>
        {
            var progress = await product.Client.GetAsync(path);
            Assert.NotEqual("failed", (string)progress["status"]!);
            return (string)progress["status"]! == "done" && (long)progress["imported"]! == Links;
        });

        await RedirectsAsync(product, Links - 1);
        await product.KillAsync();
        await product.RestartAsync();
        await RedirectsAsync(product, 0);
        await RedirectsAsync(product, Links - 1);
    }

    private static Task RedirectsAsync(Product product, int row) =>
        Eventually.HoldsAsync($"row {row} redirects", Eventually.Limit, async () =>
        {
            using var answer = await product.Clicker.ClickAsync($"row-{row}");
            return answer.Headers.Location?.ToString() == $"https://shop.example.com/{row}";
        });

    /// <summary>JSON Lines written as they are sent, so that the test itself holds none of them.</summary>
    private sealed class LinesContent : HttpContent
    {
        private readonly int _rows;

        public LinesContent(int rows)
        {
            _rows = rows;
            Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var lines = new StringBuilder();
            for (var row = 0; row < _rows; row++)
            {
                lines.Append("{\"key\":\"row-").Append(row).Append("\",\"url\":\"https://shop.example.com/").Append(row).Append("\"}\n");
                if (lines.Length > 60_000 || row == _rows - 1)
                {
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(lines.ToString()));
                    lines.Clear();
                }
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
