using System.Collections.Concurrent;

namespace LinkTracker.Edge.Clicks;

/// <summary>
/// How often the disk has failed to read one log. A reader ends its round at each failure and begins again a while later,
/// so this outlives it: only what stays unreadable is declared lost.
/// </summary>
internal sealed class ReadPatience
{
    private const int MaxFailures = 6;

    private readonly ConcurrentDictionary<int, int> _failures = new();

    /// <summary>Notes that a read of the segment failed, and tells whether it is no use to try again.</summary>
    public bool IsOver(int segment) => _failures.AddOrUpdate(segment, 1, static (_, failures) => failures + 1) > MaxFailures;
}
