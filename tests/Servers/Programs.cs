namespace LinkTracker.Servers;

internal static class Programs
{
    /// <returns>Its path, or null when it is not on the PATH.</returns>
    public static string? Find(string program) => Environment.GetEnvironmentVariable("PATH")!.Split(':')
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);
}
