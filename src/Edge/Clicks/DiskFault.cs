namespace LinkTracker.Edge.Clicks;

internal enum DiskAction
{
    Write,
    Sync,
}

/// <summary>
/// Called before the log's own writes and syncs; throws or blocks in their place. Only tests give one: a disk that
/// fails at a chosen moment is not to be had otherwise.
/// </summary>
internal delegate void DiskFault(DiskAction action);
