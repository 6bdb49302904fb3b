using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LinkTracker.Contracts.IO;

/// <summary>
/// Making bytes last. The framework's own flushes ignore a failed fsync on Linux, and such a failure is reported once
/// only: who misses it takes lost bytes for stored ones. Every failure here is an <see cref="IOException"/> with the
/// system's own words and the errno as its HResult. After one, what was written since the last success must be taken for lost.
/// </summary>
public static partial class LinuxFile
{
    /// <summary>The HResult of an <see cref="IOException"/>, here and in the framework, when the device itself has failed.</summary>
    public const int InputOutputError = 5;

    private const int InterruptedCall = 4;
    private const int OpenReadOnly = 0;
    private const int OpenCloseOnExec = 0x80000;

    /// <summary>Returns once the file's bytes, and as much of its length as reading them needs, are on the disk.</summary>
    public static void DataSync(SafeFileHandle file)
    {
        int result;
        do
        {
            result = FlushData(file);
        }
        while (result != 0 && Marshal.GetLastPInvokeError() == InterruptedCall);

        ThrowIfFailed(result, "fdatasync");
    }

    /// <summary>Returns once the file's bytes and everything about it (length, times, mode) are on the disk.</summary>
    public static void Sync(SafeFileHandle file)
    {
        int result;
        do
        {
            result = Flush(file);
        }
        while (result != 0 && Marshal.GetLastPInvokeError() == InterruptedCall);

        ThrowIfFailed(result, "fsync");
    }

    /// <summary>Returns once what was created, renamed or removed in the folder is on the disk.</summary>
    public static void SyncDirectory(string path)
    {
        // The framework opens no folders.
        var descriptor = Open(path, OpenReadOnly | OpenCloseOnExec);
        ThrowIfFailed(descriptor, "open of " + path);
        using var directory = new SafeFileHandle(descriptor, ownsHandle: true);
        Sync(directory);
    }

    /// <summary>
    /// Puts a file there that has either all of the bytes or does not exist, whenever the power fails. Once this returns
    /// it is on the disk. When it throws, the file is as it was before, or is whole and new with a name that may not last
    /// because the folder could not be synced.
    /// </summary>
    /// <param name="replace">Whether a file that is there already is replaced; otherwise it is an <see cref="IOException"/>.</param>
    public static void WriteAtomically(string path, ReadOnlySpan<byte> bytes, UnixFileMode mode, bool replace = true)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                // Set before there is anything to read; the mode of creation would be cut by the umask.
                File.SetUnixFileMode(file, mode);
                RandomAccess.Write(file, bytes, fileOffset: 0);
                Sync(file);
            }

            if (replace)
            {
                File.Move(temporary, path, overwrite: true);
            }
            else
            {
                // .NET's own move looks for the file first and renames over it then: of two that come at once, both succeed.
                ThrowIfFailed(Link(temporary, path), "link");
            }
        }
        finally
        {
            File.Delete(temporary);
        }

        SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    private static void ThrowIfFailed(int result, string call)
    {
        if (result < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            throw new IOException($"{call} failed: {Marshal.GetPInvokeErrorMessage(error)} (errno {error})", error);
        }
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FlushData(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string path);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
