namespace LinkTracker.Load;

/// <summary>Servers on one core, of which only one runs at a time.</summary>
internal sealed class ServerSet : IDisposable
{
    private readonly List<ServerProcess> _servers = [];

    /// <summary>Takes a server that is ready, and stops it until its turn.</summary>
    public void Add(ServerProcess server)
    {
        _servers.Add(server);
        server.Pause();
    }

    /// <summary>Lets every server have its turn, round after round.</summary>
    public async Task InTurnAsync(int rounds, Func<ServerProcess, Task> measure, Func<ServerProcess, bool>? isChosen = null)
    {
        for (var round = 0; round < rounds; round++)
        {
            foreach (var server in _servers.Where(isChosen ?? (_ => true)))
            {
                server.Resume();
                try
                {
                    await measure(server);
                }
                finally
                {
                    server.Pause();
                }
            }
        }
    }

    public void Dispose() => _servers.ForEach(server => server.Dispose());
}
