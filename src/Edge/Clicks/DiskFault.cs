namespace LinkTracker.Edge.Clicks;

internal enum DiskAction
{
    Open,
    Write,
    Sync,
    SyncFolder,
    Replace,
}

/// <summary>
/// Called before each of the log's own calls to the disk; throws or blocks in its place. Only tests give one: a disk that
/// fails at a chosen moment is not to be had otherwise.
/// </summary>
internal delegate void DiskFault(DiskAction action, string path);
