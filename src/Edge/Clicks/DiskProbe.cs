using LinkTracker.Contracts.IO;

namespace LinkTracker.Edge.Clicks;

/// <summary>Finds out whether the disk takes a page, before a log is opened on it that would fail at once.</summary>
internal static class DiskProbe
{
    /// <exception cref="IOException">It does not.</exception>
    public static void Check(string folder, int length, DiskFault? fault)
    {
        using var file = File.OpenHandle(
            Path.Combine(folder, "probe"),
            FileMode.Create,
            FileAccess.Write,
            FileShare.ReadWrite | FileShare.Delete,
            FileOptions.DeleteOnClose);
        fault?.Invoke(DiskAction.Write);
        RandomAccess.Write(file, new byte[length], 0);
        fault?.Invoke(DiskAction.Sync);
        LinuxFile.DataSync(file);
    }
}
