using System.Diagnostics;

namespace LinkTracker.Servers;

/// <summary>A foreign server's process and its folder.</summary>
/// <param name="folder">Deleted with it.</param>
/// <param name="answers">Whether it answers a real request.</param>
internal sealed class ServerProcess(DirectoryInfo folder, ProcessStartInfo start, Func<Task<bool>> answers) : ChildProcess(start.FileName, start)
{
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Delete(recursive: true);
    }

    protected override Task<bool> IsReadyAsync() => answers();
}
