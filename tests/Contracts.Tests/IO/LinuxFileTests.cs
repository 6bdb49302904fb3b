using System.Diagnostics;
using System.Text;
using LinkTracker.Contracts.IO;
using Microsoft.Win32.SafeHandles;

namespace LinkTracker.Contracts.Tests.IO;

public sealed class LinuxFileTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder = Directory.CreateTempSubdirectory("linux-file-").FullName;

    private string At(string name) => Path.Combine(_folder, name);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_written_file_and_its_folder_can_be_flushed()
    {
        using var file = File.OpenHandle(At("a"), FileMode.Create, FileAccess.Write);
        RandomAccess.Write(file, "bytes"u8, 0);
        LinuxFile.DataSync(file);
        LinuxFile.Sync(file);
        LinuxFile.SyncDirectory(_folder);
    }

    [Fact]
    public void A_descriptor_that_is_not_open_is_an_error_with_the_words_of_the_system()
    {
        using var file = new SafeFileHandle(987_654, ownsHandle: false);
        var data = Assert.Throws<IOException>(() => LinuxFile.DataSync(file));
        var all = Assert.Throws<IOException>(() => LinuxFile.Sync(file));
        Assert.Equal("fdatasync failed: Bad file descriptor (errno 9)", data.Message);
        Assert.Equal("fsync failed: Bad file descriptor (errno 9)", all.Message);
        Assert.Equal(9, all.HResult);
    }

    [Fact]
    public void A_handle_that_was_closed_is_a_mistake_of_the_caller()
    {
        var file = File.OpenHandle(At("a"), FileMode.Create, FileAccess.Write);
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => LinuxFile.DataSync(file));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_an_error_with_its_name()
    {
        var error = Assert.Throws<IOException>(() => LinuxFile.SyncDirectory(At("none")));
        Assert.Contains(At("none") + " failed: No such file or directory", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_is_replaced_as_a_whole_with_the_mode_asked_for()
    {
        File.WriteAllText(At("a"), "a longer text that was there before");
        LinuxFile.WriteAtomically(At("a"), "new"u8, Private);
        Assert.Equal("new", File.ReadAllText(At("a")));
        Assert.Equal(Private, File.GetUnixFileMode(At("a")));
        LinuxFile.WriteAtomically(At("a"), default, UnixFileMode.OtherWrite | Private);
        Assert.Equal(UnixFileMode.OtherWrite | Private, File.GetUnixFileMode(At("a")));
        Assert.Equal([At("a")], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void A_file_that_must_not_be_replaced_stays()
    {
        LinuxFile.WriteAtomically(At("a"), "first"u8, Private, replace: false);
        Assert.Throws<IOException>(() => LinuxFile.WriteAtomically(At("a"), "second"u8, Private, replace: false));
        Assert.Equal("first", File.ReadAllText(At("a")));
        Assert.Single(Directory.GetFileSystemEntries(_folder));
    }

    [FactWith(Need.Strace)]
    public void A_failed_flush_of_data_is_reported() =>
        Assert.Equal("IOException: fdatasync failed: Input/output error (errno 5)", Run("fdatasync:error=EIO", "datasync", At("a")));

    [FactWith(Need.Strace)]
    public void A_flush_that_a_signal_interrupts_is_done_again() =>
        Assert.Equal("done", Run("fdatasync:error=EINTR:when=1..3", "datasync", At("a")));

    [FactWith(Need.Strace)]
    public void A_failed_flush_leaves_the_old_file_in_place()
    {
        File.WriteAllText(At("a"), "old");
        Assert.Equal("IOException: fsync failed: Input/output error (errno 5)", Run("fsync:error=EIO:when=1", "replace", At("a")));
        Assert.Equal("old", File.ReadAllText(At("a")));
        Assert.Single(Directory.GetFileSystemEntries(_folder));
    }

    [FactWith(Need.Strace)]
    public void A_failed_flush_of_the_folder_is_reported_and_leaves_a_whole_file()
    {
        File.WriteAllText(At("a"), "old");
        Assert.Equal("IOException: fsync failed: No space left on device (errno 28)", Run("fsync:error=ENOSPC:when=2", "replace", At("a")));
        Assert.Equal("new", File.ReadAllText(At("a")));
        Assert.Single(Directory.GetFileSystemEntries(_folder));
    }

    private static string Run(string fault, params string[] arguments)
    {
        var start = new ProcessStartInfo("strace")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        // -e trace= the call alone, so that the process runs nearly at full speed.
        var call = fault[..fault.IndexOf(':', StringComparison.Ordinal)];
        string[] all =
            ["-f", "-qq", "-e", $"trace={call}", "-e", $"inject={fault}", Environment.ProcessPath!, "exec", typeof(LinuxFileTests).Assembly.Location, .. arguments];
        foreach (var argument in all)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var trace = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd().Trim();
        Assert.True(process.WaitForExit(60_000), trace.Result);
        return output;
    }
}
