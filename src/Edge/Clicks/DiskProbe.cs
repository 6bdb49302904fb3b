namespace LinkTracker.Edge.Clicks;

/// <summary>Finds out whether the disk takes a page, before a log is opened on it that would fail at once.</summary>
internal static class DiskProbe
{
    /// <exception cref="IOException">It does not.</exception>
    public static void Check(string folder, int length, LogDisk disk)
    {
        var path = Path.Combine(folder, "probe");
        using var file = File.OpenHandle(
            path,
            FileMode.Create,
            FileAccess.Write,
            FileShare.ReadWrite | FileShare.Delete,
            FileOptions.DeleteOnClose);
        disk.Write(file, path, new byte[length], 0);
        disk.Sync(file, path);
    }
}
