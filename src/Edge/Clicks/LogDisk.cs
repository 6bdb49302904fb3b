using LinkTracker.Contracts.IO;
using Microsoft.Win32.SafeHandles;

namespace LinkTracker.Edge.Clicks;

/// <summary>Everything the click log does to the disk that a click's survival depends on, in one place.</summary>
internal sealed class LogDisk(DiskFault? fault = null)
{
    /// <exception cref="IOException">It cannot be opened, or not made.</exception>
    public SafeFileHandle Open(string path, FileAccess access)
    {
        fault?.Invoke(DiskAction.Open, path);
        return File.OpenHandle(path, FileMode.OpenOrCreate, access, FileShare.ReadWrite | FileShare.Delete);
    }

    /// <exception cref="IOException">The bytes were not taken, or not all of them.</exception>
    public void Write(SafeFileHandle file, string path, ReadOnlySpan<byte> bytes, long offset)
    {
        fault?.Invoke(DiskAction.Write, path);
        RandomAccess.Write(file, bytes, offset);
    }

    /// <exception cref="IOException">What was written since the last sync must be taken for lost.</exception>
    public void Sync(SafeFileHandle file, string path)
    {
        fault?.Invoke(DiskAction.Sync, path);
        LinuxFile.DataSync(file);
    }

    /// <summary>Returns once the names of what was made in the folder are on the disk.</summary>
    /// <exception cref="IOException">They may be lost.</exception>
    public void SyncFolder(string path)
    {
        fault?.Invoke(DiskAction.SyncFolder, path);
        LinuxFile.SyncDirectory(path);
    }

    /// <summary>Replaces a small file as a whole, for its owner's eyes only; on the disk when this returns.</summary>
    /// <exception cref="IOException">The file holds what it held before, or all of the bytes.</exception>
    public void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        fault?.Invoke(DiskAction.Replace, path);
        LinuxFile.WriteAtomically(path, bytes, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
