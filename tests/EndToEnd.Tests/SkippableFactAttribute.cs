namespace LinkTracker.EndToEnd.Tests;

/// <summary>A fact that needs programs or files which may be missing; it is skipped by their name, never silently passed.</summary>
internal sealed class SkippableFactAttribute : FactAttribute
{
    /// <param name="needs">Programs on the PATH, or files relative to the repository (those with a slash).</param>
    public SkippableFactAttribute(params string[] needs)
    {
        var missing = needs.Where(need => !IsThere(need)).ToArray();
        if (missing.Length > 0)
        {
            Skip = $"needs {string.Join(", ", missing)}";
        }
    }

    private static bool IsThere(string need) => need.Contains('/')
        ? File.Exists(Path.Combine(Repository.Root, need))
        : Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, need)));
}
