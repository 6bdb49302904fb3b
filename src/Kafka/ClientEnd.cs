using Microsoft.Extensions.Logging;

namespace LinkTracker.Kafka;

/// <summary>
/// Ends a client of the native library. In the versions that Debian's stable release has, that may wait for a thread of its own which
/// never comes; whoever ends a client to go on with another must not wait with it.
/// </summary>
internal static class ClientEnd
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Returns when the client is gone, or after ten seconds: then its memory and threads are lost to this process, and the log says so.</summary>
    public static void Of(IDisposable client, ILogger logger)
    {
        var ending = Task.Factory.StartNew(client.Dispose, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (Task.WhenAny(ending, Task.Delay(Patience)).GetAwaiter().GetResult() == ending)
        {
            ending.GetAwaiter().GetResult();
        }
        else
        {
            Log.ClientStuck(logger, Patience);
        }
    }
}
