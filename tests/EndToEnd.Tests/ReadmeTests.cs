using System.Diagnostics;
using System.Text.Json.Nodes;

namespace LinkTracker.EndToEnd.Tests;

/// <summary>The README's own lines, run as they stand, but for ports and key.</summary>
public sealed class ReadmeTests
{
    private const string Marker = "<!-- run by ReadmeTests -->";

    [FactWith(Need.Curl)]
    public async Task The_five_lines_of_the_README_do_what_it_says()
    {
        await using var product = await Product.StartAsync();
        var script = Script()
            .Replace("127.0.0.1:8080", product.Edge.Authority, StringComparison.Ordinal)
            .Replace("127.0.0.1:8081", product.Api.Authority, StringComparison.Ordinal);

        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", script]) { RedirectStandardOutput = true };
        start.Environment["KEY"] = Product.AdminKey;
        using var bash = Process.Start(start)!;
        var output = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();

        Assert.True(bash.ExitCode == 0, output);
        var answers = output.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonNode.Parse(line)!).ToArray();
        Assert.Equal("ana", (string)answers[0]["key"]!);
        Assert.Contains(answers, answer => answer["click"] is not null && (string?)answer["customer"]?["externalId"] == "customer-7");
        Assert.Contains(answers, answer => (long?)answer["sale"]?["amount"] == 4990);
        Assert.Equal(1, (long)answers[^1]["clicks"]!);
        Assert.Equal(4990, (long)answers[^1]["saleAmount"]!);
    }

    private static string Script()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var block = readme[(readme.IndexOf(Marker, StringComparison.Ordinal) + Marker.Length)..];
        block = block[(block.IndexOf("```sh\n", StringComparison.Ordinal) + "```sh\n".Length)..];
        return block[..block.IndexOf("\n```", StringComparison.Ordinal)];
    }
}
