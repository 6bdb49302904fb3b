using LinkTracker.Contracts.IO;

// The tests start this assembly as a process of its own where a fault must hit a whole process:
//   datasync <file>   writes the file and flushes it; prints what LinuxFile says
//   replace <file>    replaces the file; prints what LinuxFile says
try
{
    if (args is ["datasync", var path])
    {
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        RandomAccess.Write(file, "bytes"u8, 0);
        LinuxFile.DataSync(file);
    }
    else if (args is ["replace", var target])
    {
        LinuxFile.WriteAtomically(target, "new"u8, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    Console.WriteLine("done");
}
catch (IOException e)
{
    Console.WriteLine("IOException: " + e.Message);
}
