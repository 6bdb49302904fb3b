namespace LinkTracker.Servers;

public static class Repository
{
    /// <summary>The folder of the solution file, above the test's own folder.</summary>
    public static string Root { get; } = Find();

    /// <summary>What stands beside a checkout and holds what no package registry has: Kafka, toxiproxy. May be missing.</summary>
    public static string Shared { get; } = Path.GetFullPath(Path.Combine(Root, "..", "shared"));

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "LinkTracker.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("the tests do not run inside the repository");
        }

        return folder.FullName;
    }
}
