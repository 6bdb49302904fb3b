using System.Diagnostics;
using System.Text.Json.Nodes;

namespace LinkTracker.EndToEnd.Tests.Cluster;

/// <summary>The clicks on the topic <c>events</c>, as a consumer that follows docs/events.md sees them.</summary>
internal static class PublishedClicks
{
    private const string Id = "ce_id=";

    /// <summary>Checks that every answered click is there, at least once, and under one id, which no other click has.</summary>
    public static async Task HoldAsync(KafkaBroker kafka, SteadyLoad load, string context)
    {
        var idOf = new Dictionary<string, string>();
        var tokenOf = new Dictionary<string, string>();
        await foreach (var (id, token) in ReadAsync(kafka))
        {
            Assert.True(idOf.TryAdd(token, id) || idOf[token] == id, $"click {token} has the ids {idOf[token]} and {id}; {context}");
            Assert.True(tokenOf.TryAdd(id, token) || tokenOf[id] == token, $"id {id} has the clicks {tokenOf[id]} and {token}; {context}");
        }

        var missing = load.Links.Values.SelectMany(link => link.Answered).Where(token => !idOf.ContainsKey(token)).ToList();
        Assert.True(missing.Count == 0, $"{missing.Count} answered clicks were not published, such as {missing.FirstOrDefault()}; {context}");
    }

    // Headers and value of each record on a line; read as it comes, because it is some hundred bytes for each click.
    private static async IAsyncEnumerable<(string Id, string Token)> ReadAsync(KafkaBroker kafka)
    {
        string[] arguments = ["-b", kafka.BootstrapServers, "-C", "-t", "events", "-o", "beginning", "-e", "-q", "-f", "%h\t%s\n"];
        using var kcat = Process.Start(new ProcessStartInfo("kcat", arguments) { RedirectStandardOutput = true })!;
        using var patience = new CancellationTokenSource(Eventually.Limit);
        try
        {
            while (await kcat.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            {
                yield return Parse(line);
            }

            await kcat.WaitForExitAsync(patience.Token);
            Assert.Equal(0, kcat.ExitCode);
        }
        finally
        {
            if (!kcat.HasExited)
            {
                kcat.Kill();
            }
        }
    }

    private static (string Id, string Token) Parse(string line)
    {
        var fields = line.Split('\t');
        var id = fields[0].Split(',').Single(header => header.StartsWith(Id, StringComparison.Ordinal))[Id.Length..];
        return (id, (string)JsonNode.Parse(fields[1])!["clickId"]!);
    }
}
