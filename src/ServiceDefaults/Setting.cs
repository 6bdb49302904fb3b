namespace LinkTracker.ServiceDefaults;

/// <summary>One setting: what it is called, what it may be, and how its text becomes a part of <see cref="Settings"/>.</summary>
/// <param name="Name">Such as <c>Edge:DurableWaitMs</c>.</param>
/// <param name="Default">The text that stands for the default; empty: not set.</param>
/// <param name="Allowed">What follows "must be" in the error.</param>
/// <param name="Apply">The settings with the value, or null when it is not allowed.</param>
internal sealed record Setting(string Name, string Default, string Allowed, Func<Settings, string, Settings?> Apply)
{
    /// <summary>Whether the value must never be shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>The name as an environment variable, which is how the documents and errors write it.</summary>
    public string EnvironmentName => EnvironmentNameOf(Name);

    public static string EnvironmentNameOf(string name) => name.Replace(":", "__", StringComparison.Ordinal);
}
