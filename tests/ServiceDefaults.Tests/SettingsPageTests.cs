namespace LinkTracker.ServiceDefaults.Tests;

public sealed class SettingsPageTests
{
    [Fact]
    public void The_page_lists_every_setting_with_its_default_and_range()
    {
        var page = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "settings.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => (Name: cells[1].Trim('`'), Default: cells[2], Allowed: cells[3], Meaning: cells[4], Columns: cells.Length))
            .ToList();

        Assert.Equal(
            SettingsTable.All.Select(s => (s.EnvironmentName, s.Default.Length == 0 ? "empty" : $"`{s.Default}`", s.Allowed)),
            page.Select(row => (row.Name, row.Default, row.Allowed)));
        Assert.All(page, row => Assert.NotEmpty(row.Meaning));
        Assert.All(page, row => Assert.Equal(7, row.Columns));
    }
}
