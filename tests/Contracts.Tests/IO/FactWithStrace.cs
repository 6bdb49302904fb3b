namespace LinkTracker.Contracts.Tests.IO;

/// <summary>A fact that makes system calls fail, which needs strace; skipped by name where there is none.</summary>
public sealed class FactWithStraceAttribute : FactAttribute
{
    public const string Path = "/usr/bin/strace";

    public FactWithStraceAttribute()
    {
        if (!File.Exists(Path))
        {
            Skip = "strace is not installed";
        }
    }
}
