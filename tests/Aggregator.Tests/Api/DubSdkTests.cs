using System.Diagnostics;
using LinkTracker.Aggregator.Tests.Analytics;
using LinkTracker.Aggregator.Tests.Counting;

namespace LinkTracker.Aggregator.Tests.Api;

public class DubSdkTests
{
    [SdkFact]
    public async Task The_unmodified_SDK_understands_every_answer()
    {
        await using var server = await ReportServer.StartAsync();
        var (link, number) = await server.LinkAsync("clicked", new { trackConversion = true });
        var tokens = await server.ClickAsync(new TestClick { Link = number, At = ReportServer.Noon });
        var start = new ProcessStartInfo("node", "sdk.mjs")
        {
            WorkingDirectory = SdkFactAttribute.Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["SERVER"] = server.Url,
                ["KEY"] = ReportServer.Key,
                ["LINK"] = link,
                ["CLICK"] = tokens[0],
            },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(2)).Token);
        Assert.True(process.ExitCode == 0, await output + await errors);
    }
}

/// <summary>Needs <c>npm ci</c> in tests/dub; skipped without, except in CI.</summary>
internal sealed class SdkFactAttribute : FactAttribute
{
    public SdkFactAttribute()
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules")) && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Skip = "The dub SDK is not installed: run npm ci in tests/dub.";
        }
    }

    public static string Folder => Path.Combine(Root(new DirectoryInfo(AppContext.BaseDirectory)), "tests", "dub");

    private static string Root(DirectoryInfo folder) =>
        File.Exists(Path.Combine(folder.FullName, "LinkTracker.sln")) ? folder.FullName : Root(folder.Parent!);
}
