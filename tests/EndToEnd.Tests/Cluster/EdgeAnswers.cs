using System.Net;

namespace LinkTracker.EndToEnd.Tests.Cluster;

/// <summary>What Edges answer for a key, as a crawler sees it, who is no visitor.</summary>
internal static class EdgeAnswers
{
    private const string Crawler = "curl/8";

    // The aim is a second, which bench/Cluster measures. A busy machine must not fail the test of what happens.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Waits until each Edge answers with this status, and a target that fits.</summary>
    /// <returns>How long it took, until the last did.</returns>
    public static async Task<TimeSpan> UntilAsync(IEnumerable<Uri> edges, string key, HttpStatusCode status, Func<Uri?, bool>? target = null)
    {
        var started = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(edges.Select(edge => UntilAsync(edge, key, status, target ?? (_ => true))));
        return TimeProvider.System.GetElapsedTime(started);
    }

    private static async Task UntilAsync(Uri edge, string key, HttpStatusCode status, Func<Uri?, bool> fits)
    {
        using var crawler = new Clicker(edge);
        var last = "nothing";
        try
        {
            await Eventually.HoldsAsync(key, Patience, async () =>
            {
                using var answer = await crawler.ClickAsync(key, Crawler);
                last = $"{(int)answer.StatusCode} {answer.Headers.Location}";
                return answer.StatusCode == status && fits(answer.Headers.Location);
            });
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{edge}{key} is to be answered with {(int)status}, and after {Patience} the answer is {last}");
        }
    }
}
