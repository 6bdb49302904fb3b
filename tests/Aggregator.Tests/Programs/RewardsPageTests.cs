using System.Text.RegularExpressions;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Aggregator.Tests.Ledger;

namespace LinkTracker.Aggregator.Tests.Programs;

/// <summary>The requests of <c>docs/rewards.md</c>, sent as they stand.</summary>
public abstract partial class RewardsPageTests : EngineTests
{
    [EngineFact]
    public async Task Every_request_of_the_page_does_what_it_says()
    {
        await using var server = await StartAsync();
        var page = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "rewards.md"));
        var (ids, last, sent) = (new Dictionary<string, string>(), "", new List<string>());
        foreach (Match request in Requests().Matches(page))
        {
            var (method, path, body) = (request.Groups[1].Value, Fill(request.Groups[2].Value), Fill(request.Groups[3].Value));
            if (path == "/payouts")
            {
                await new LedgerShop(server).ReleaseAsync(0);
            }

            var reply = await server.SendAsync(new HttpMethod(method), path, body.Length == 0 ? null : body);
            Assert.True((int)reply.Status is >= 200 and < 300, $"{method} {path}: {reply.Text}");
            last = reply.Text;
            sent.Add($"{method} {path}");
            Learn(path, reply);
        }

        Assert.Equal(4, sent.Count(one => one == "POST /programs"));
        Assert.Equal(14, sent.Count);

        // A tenth of the 30 euros that did not go back.
        Assert.Contains("\"paid\":300,", last, StringComparison.Ordinal);

        string Fill(string text) => ids.Aggregate(text, (filled, id) => filled.Replace("$" + id.Key, id.Value, StringComparison.Ordinal));

        void Learn(string path, Reply reply)
        {
            if (path is "/programs" or "/partners")
            {
                ids[path[1..^1]] = reply.Ok().GetProperty("id").GetString()!;
            }
            else if (path.StartsWith("/commissions?", StringComparison.Ordinal))
            {
                ids["commission"] = Assert.Single(reply.Ok().EnumerateArray()).GetProperty("id").GetString()!;
            }
            else if (path == "/payouts")
            {
                ids["batch"] = reply.Ok().GetProperty("id").GetString()!;
                ids["payout"] = Assert.Single(reply.Ok().GetProperty("payouts").EnumerateArray()).GetProperty("id").GetString()!;
            }
        }
    }

    [GeneratedRegex(@"^```\n(GET|POST|PATCH|PUT) (\S+)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Requests();
}

public sealed class RewardsPageTestsOnSqlite : RewardsPageTests;

[OnPostgres]
public sealed class RewardsPageTestsOnPostgres : RewardsPageTests;
