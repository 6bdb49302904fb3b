using System.Net;

namespace LinkTracker.EndToEnd.Tests.Cluster;

/// <summary>What a cluster is for: a link, a click of another visitor on each Edge, a lead and a sale.</summary>
internal sealed record MainJob(Link Link, IReadOnlyList<string> ClickIds)
{
    private const int Amount = 4_900;

    /// <summary>Does it, every step through another process than the one before where there are several.</summary>
    /// <param name="key">Of the link; its customer has the same name.</param>
    public static async Task<MainJob> DoAsync(IReadOnlyList<Uri> edges, IReadOnlyList<ApiClient> aggregators, string key)
    {
        var link = await aggregators[0].CreateLinkAsync(key);
        await EdgeAnswers.UntilAsync(edges, key, HttpStatusCode.Found);
        var clickIds = new List<string>();
        foreach (var edge in edges)
        {
            using var visitor = new Clicker(edge);
            clickIds.Add(await visitor.ClickForTokenAsync(key, $"{Clicker.Chrome} visitor/{clickIds.Count}"));
        }

        await aggregators[0].PostAsync("/track/lead", new { clickId = clickIds[0], eventName = "Sign up", customerExternalId = key });
        await aggregators[^1].PostAsync("/track/sale", new { customerExternalId = key, amount = Amount, invoiceId = key });
        return new MainJob(link, clickIds);
    }

    /// <summary>Waits until an Aggregator reports all of it, and nothing more.</summary>
    public Task UntilCountedAsync(ApiClient aggregator) => Eventually.HoldsAsync("clicks, lead and sale are counted", Eventually.Limit, async () =>
        await aggregator.TryCountsAsync(Link.Id) is { } counts
        && ((int)counts["clicks"]!, (int)counts["leads"]!, (int)counts["sales"]!, (int)counts["saleAmount"]!) == (ClickIds.Count, 1, 1, Amount));
}
