using System.Net;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;

namespace LinkTracker.Aggregator.Tests.Analytics;

public sealed class ReportFaultTests
{
    [Fact]
    public async Task A_report_whose_counts_cannot_be_read_asks_to_come_back()
    {
        await using var server = await AggregatorServer.StartAsync();
        using (var connection = new CountsDatabase(Path.Combine(server.Folder, "counts.db"), TimeProvider.System).Connect())
        {
            connection.Run("DROP TABLE click_days; DROP TABLE click_hours");
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, "/analytics?event=clicks&interval=7d");
        request.Headers.Authorization = new("Bearer", AggregatorServer.Key);
        using var response = await server.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        var error = new Reply(response.StatusCode, await response.Content.ReadAsStringAsync()).Body.GetProperty("error");
        Assert.Equal("service_unavailable", error.GetProperty("code").GetString());
        Assert.Contains("counts", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
