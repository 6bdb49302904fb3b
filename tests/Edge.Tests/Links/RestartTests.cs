using System.Text;

namespace LinkTracker.Edge.Tests.Links;

/// <summary>An Edge alone, started again over its data.</summary>
public sealed class RestartTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edge-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_start_takes_its_snapshot_until_the_links_file_changes()
    {
        const string file = """{"key": "spring", "url": "https://shop.example.com/"}""";
        const string changed = """{"key": "spring", "url": "https://new.example.com/"}""";

        Assert.Equal("saved", await RunAsync(file, "https://shop.example.com/"));
        Assert.Equal("restored", await RunAsync(file, "https://shop.example.com/"));
        Assert.Equal("refused, saved", await RunAsync(changed, "https://new.example.com/"));
        Assert.Equal("restored", await RunAsync(changed, "https://new.example.com/"));
    }

    [Fact]
    public async Task A_damaged_snapshot_costs_the_start_its_time_and_nothing_else()
    {
        const string file = """{"key": "spring", "url": "https://shop.example.com/"}""";
        _ = await RunAsync(file, "https://shop.example.com/");
        var snapshot = Directory.GetFiles(_folder.FullName, "links.snapshot", SearchOption.AllDirectories).Single();
        var bytes = await File.ReadAllBytesAsync(snapshot);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(snapshot, bytes);

        Assert.Equal("refused, saved", await RunAsync(file, "https://shop.example.com/"));
    }

    /// <summary>Starts, looks a link up, stops, and returns what was said of snapshots.</summary>
    private async Task<string> RunAsync(string line, string target)
    {
        await using var edge = new EdgeAlone(line, _folder);
        await edge.App.StartAsync();
        Assert.True(edge.Table.IsLoaded);
        Assert.True(edge.Table.TryFind("any.example"u8, "spring"u8, out var link));
        Assert.Equal(target, Encoding.ASCII.GetString(link.Url));
        await edge.App.StopAsync();
        return string.Join(", ", edge.Logged.Select(NameOf).OfType<string>());
    }

    private static string? NameOf(int logged) => logged switch
    {
        103 => "restored",
        104 => "refused",
        105 => "saved",
        _ => null,
    };
}
