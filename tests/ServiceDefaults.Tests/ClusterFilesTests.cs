using System.Text.RegularExpressions;

namespace LinkTracker.ServiceDefaults.Tests;

/// <summary>What starts a cluster sets nothing that a process would refuse.</summary>
public sealed partial class ClusterFilesTests
{
    [Theory]
    [InlineData("compose.yaml")]
    [InlineData("Dockerfile")]
    [InlineData("cluster")]
    public void Every_setting_in_it_exists(string file)
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Starts", file));
        var names = SettingName().Matches(text).Select(match => match.Value).Distinct().ToArray();
        Assert.NotEmpty(names);
        Assert.Empty(names.Except(SettingsTable.All.Select(setting => setting.EnvironmentName)));
    }

    [Theory]
    [InlineData("compose.yaml")]
    [InlineData("cluster")]
    public void It_names_every_server_and_the_secret(string file)
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Starts", file));
        Assert.All(
            ["Kafka__BootstrapServers", "Redis__Configuration", "ConnectionStrings__Postgres", "LinkTracker__Secret", "LinkTracker__AdminKey"],
            name => Assert.Contains(name, text, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\b(LinkTracker|Edge|Aggregator|Kafka|Redis|ConnectionStrings)__\w+")]
    private static partial Regex SettingName();
}
